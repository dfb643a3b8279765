/** Two thousand calls through a bad network: nothing is lost for good, nothing happens twice, nothing stays. */
import { expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { Network, type Call } from '@sipwright/framework/testing'
import { bob, linger, rig, type Rig } from './rig.js'

const calls = 2_000
const link = {
  latencyMs: 20,
  jitterMs: 20,
  loss: 0.05,
  duplication: 0.05,
  reordering: 0.05,
  reorderMs: 80,
}

interface Run extends Rig {
  readonly placed: readonly Call[]
  readonly hash: string
}

async function busyHour(seed: number, count = calls): Promise<Run> {
  const network = new Network({ seed, link })
  const built = await rig({
    network,
    gateways: [
      200,
      200,
      [
        { status: 180, afterMs: 300 },
        { status: 200, afterMs: 700 },
      ],
    ],
    relay: { timeoutMs: 2_000 },
  })
  const { caller, dispatcher, uris } = built
  const placed: Call[] = []
  for (let i = 0; i < count; i++) {
    const call = caller.call(bob)
    placed.push(call)
    network.clock.after(6_000, () => {
      for (const dialog of call.dialogs) call.bye(dialog)
    })
    if (i === count / 2) network.crash('192.0.2.12')
    // Five seconds later somebody has noticed; those on their way fail over by themselves.
    if (i === count / 2 + 250) dispatcher.mark('gateways', uris[1]!, 'inactive')
    await network.run(20)
  }
  await network.run(6 * linger)
  return { ...built, placed, hash: fingerprint(network) }
}

function fingerprint({ trace }: Network): string {
  const hash = createHash('sha256')
  for (const { sentAt, arrivedAt, from, to, text } of trace) {
    hash.update(`${sentAt} ${arrivedAt ?? '-'} ${from} ${to}\n${text}\n`)
  }
  return hash.digest('hex')
}

test('at 5 % loss, duplication and reordering, with one gateway crashing, every call ends as RFC 3261 says', async () => {
  const { network, app, caller, gateways, observed, placed } = await busyHour(20_260)

  // Each caller gets one final outcome, and it is an answer: a gateway was up for everybody.
  expect(placed.filter(({ outcome }) => outcome !== 200)).toEqual([])
  // A gateway that was given up may have answered all the same: its 2xx is passed on too (§16.7 step 5), rarely.
  const finals = placed.map(({ statuses }) => statuses.filter((status) => status >= 200))
  expect(finals.filter((each) => each.some((status) => status !== 200))).toEqual([])
  expect(finals.filter((each) => each.length > 1).length).toBeLessThan(calls / 100)

  // A gateway sees one INVITE transaction for each call: whatever else came was a retransmission.
  for (const { invitations } of gateways) {
    expect(new Set(invitations.map(({ request }) => request.callId)).size).toBe(invitations.length)
  }

  // Every answered call is acknowledged and ended at the gateway that answered it, if that lived on.
  const [a, b, c] = gateways
  const answered = [a!, c!].flatMap(({ invitations }) =>
    invitations.filter(({ final }) => final === 200),
  )
  expect(answered.filter(({ acknowledged }) => !acknowledged)).toEqual([])
  const ended = new Set(
    [a!, c!].flatMap(({ received }) =>
      received
        .filter(({ request, final }) => request.method === 'BYE' && final === 200)
        .map(({ request }) => request.callId),
    ),
  )
  expect(answered.filter(({ request }) => !ended.has(request.callId))).toEqual([])
  expect(answered.length + b!.invitations.length).toBeGreaterThanOrEqual(calls)
  expect(caller.strays).toEqual([])
  // The crash was felt: calls on their way to B were tried elsewhere.
  expect(observed.failures.length).toBeGreaterThan(20)

  expect(app.transactions).toBe(0)
  const lost = network.trace.filter(({ arrivedAt }) => arrivedAt === undefined)
  expect(lost.length / network.trace.length).toBeGreaterThan(0.04)
})

test('whoever hangs up when, through 10 % loss: every call ends, every final answer is acknowledged, nothing stays', async () => {
  const network = new Network({ seed: 4_320, link: { ...link, loss: 0.1 } })
  const { app, caller, gateways } = await rig({
    network,
    gateways: [
      200,
      [
        { status: 183, afterMs: 100 },
        { status: 180, afterMs: 300 },
        { status: 200, afterMs: 700 },
      ],
      [{ status: 486, afterMs: 100 }],
      [{ status: 180 }, { status: 503, afterMs: 200 }],
    ],
    relay: { timeoutMs: 2_000 },
  })
  const placed: Call[] = []
  for (let i = 0; i < 400; i++) {
    const call = caller.call(bob)
    placed.push(call)
    if (i % 3 === 0) network.clock.after(3 * i, () => call.cancel())
    await network.run(20)
  }
  await network.run(6 * linger)
  const outcomes = new Set(placed.map(({ outcome }) => outcome))
  expect([...outcomes].sort()).toEqual([200, 486, 487])
  for (const { invitations } of gateways) {
    expect(new Set(invitations.map(({ request }) => request.callId)).size).toBe(invitations.length)
    expect(
      invitations.filter(({ final, acknowledged }) => final !== undefined && !acknowledged),
    ).toEqual([])
  }
  expect(caller.strays).toEqual([])
  expect([app.transactions, app.counters.faults]).toEqual([0, 0])
})

test('equal seeds give equal runs, message for message; another seed another run', async () => {
  const [once, again, other] = [
    await busyHour(7, 200),
    await busyHour(7, 200),
    await busyHour(8, 200),
  ]
  expect(again.hash).toBe(once.hash)
  expect(other.hash).not.toBe(once.hash)
})
