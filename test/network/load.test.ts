/** Calls in progress, per destination: scenarios 36, 40 to 45 and 61 of dispatcher.md §4b. */
import { expect, test } from '@jest/globals'
import { createApp } from '@sipwright/framework'
import { type Answer, type Call, onInvite, type Phone } from '@sipwright/framework/testing'
import { Dispatcher, dispatcher as dispatcherPlugin } from '@sipwright/plugin-dispatcher'
import { bob, linger, loads, rig, type Rig, type RigOptions, shares, silent } from './rig.js'

const secret = 'shared by all nodes'
const ringing: Answer = [{ status: 180 }]

/** A gateway that may have one call, and what became of a call to it. */
function oneCall(answer: RigOptions['gateways'][number], options: Partial<RigOptions> = {}) {
  return rig({ gateways: [answer], destination: () => ({ maxLoad: 1 }), ...options })
}

/** Whether the gateway is offered one more call. */
async function isFree({ network, caller, gateways, dispatcher }: Rig): Promise<boolean> {
  const before = gateways[0]!.invitations.length
  const counted = loads(dispatcher)[0]!
  const call = caller.call(bob)
  await network.run(50)
  const offered = gateways[0]!.invitations.length > before
  expect(offered).toBe(counted === 0)
  expect(call.outcome).toBe(offered ? 200 : 503)
  if (offered) {
    call.bye()
    await network.run(50)
  }
  return offered
}

async function up(made: Rig): Promise<Call> {
  const call = made.caller.call(bob)
  await made.network.run(50)
  expect(call.outcome).toBe(200)
  expect(loads(made.dispatcher)).toEqual([1])
  return call
}

const answersOnce = (first: Answer) => (_: unknown, nth: number) => (nth === 0 ? first : 200)

test('4b.40: a call counts from its INVITE on, and a full gateway gets no other', async () => {
  const made = await oneCall(answersOnce([{ status: 180 }, { status: 200, afterMs: 1_000 }]))
  const call = made.caller.call(bob)
  await made.network.run(1)
  expect(loads(made.dispatcher)).toEqual([1])
  await made.network.run(100)
  expect(made.dispatcher.sets()[0]!.destinations[0]!.load.pending).toBe(1)
  expect(await isFree(made)).toBe(false)
  await made.network.run(1_000)
  expect(call.outcome).toBe(200)
  expect(made.dispatcher.sets()[0]!.destinations[0]!.load.pending).toBe(0)
  expect(await isFree(made)).toBe(false)
})

test('4b.40a: BYE from the caller', async () => {
  const made = await oneCall(200)
  const call = await up(made)
  call.bye()
  await made.network.run(50)
  expect(await isFree(made)).toBe(true)
})

test('4b.40b: BYE from the callee', async () => {
  const made = await oneCall(200)
  await up(made)
  made.gateways[0]!.invitations[0]!.bye()
  await made.network.run(50)
  expect(await isFree(made)).toBe(true)
})

test('4b.40c: BYE from both at once', async () => {
  const made = await oneCall(200)
  const call = await up(made)
  const [mine, theirs] = [call.bye(), made.gateways[0]!.invitations[0]!.bye()]
  await made.network.run(50)
  expect([mine.outcome, theirs.outcome]).toEqual([200, 200])
  expect(loads(made.dispatcher)).toEqual([0])
  expect(await isFree(made)).toBe(true)
})

test.each([404, 486, 503, 603])('4b.40d: %d', async (status) => {
  const made = await oneCall(answersOnce(status))
  const call = made.caller.call(bob)
  await made.network.run(50)
  expect(call.outcome).toBe(status === 503 ? 500 : status)
  expect(await isFree(made)).toBe(true)
})

test('4b.40e: CANCEL, then 487', async () => {
  const made = await oneCall(answersOnce(ringing))
  const call = made.caller.call(bob)
  await made.network.run(50)
  expect(loads(made.dispatcher)).toEqual([1])
  call.cancel()
  await made.network.run(50)
  expect(call.outcome).toBe(487)
  expect(await isFree(made)).toBe(true)
})

test('4b.40f: no response: the call moves to the next gateway, and a late 200 of the first one moves it back', async () => {
  const made = await rig({
    gateways: [[{ status: 200, afterMs: 3_000 }], [{ status: 180 }]],
    relay: { timeoutMs: 2_000 },
  })
  const call = made.caller.call(bob)
  await made.network.run(1_000)
  expect(loads(made.dispatcher)).toEqual([1, 0])
  await made.network.run(1_500)
  expect(loads(made.dispatcher)).toEqual([0, 1])
  await made.network.run(1_000)
  expect(call.outcome).toBe(200)
  expect(loads(made.dispatcher)).toEqual([1, 0])
  call.bye()
  await made.network.run(50)
  expect(loads(made.dispatcher)).toEqual([0, 0])
})

test('4b.40f: the transport fails: the call moves at once', async () => {
  const made = await rig({ gateways: [200, 200] })
  made.network.crash('192.0.2.11', 'unreachable')
  const call = made.caller.call(bob)
  await made.network.run(50)
  expect(call.outcome).toBe(200)
  expect(loads(made.dispatcher)).toEqual([0, 1])
})

test('4b.40g: Timer C', async () => {
  const made = await oneCall(answersOnce(ringing), { relay: { ringMs: 5_000 } })
  const call = made.caller.call(bob)
  await made.network.run(4_900)
  expect(loads(made.dispatcher)).toEqual([1])
  await made.network.run(200)
  expect(call.outcome).toBe(487)
  expect(await isFree(made)).toBe(true)
})

test('4b.40h: a session that nobody refreshes ends when its timer says so (RFC 4028 §8), a refreshed one does not', async () => {
  const timer = { 'Session-Expires': '90;refresher=uac' }
  const made = await oneCall(answersOnce([{ status: 200, headers: timer }]), {
    callee: { answerWithin: [{ status: 200, headers: timer }] },
  })
  const call = await up(made)
  await made.network.run(80_000)
  call.send('UPDATE')
  await made.network.run(80_000)
  expect(loads(made.dispatcher)).toEqual([1])
  await made.network.run(9_000)
  expect(loads(made.dispatcher)).toEqual([1])
  await made.network.run(2_000)
  expect(made.dispatcher.leases.expired).toBe(1)
  expect(await isFree(made)).toBe(true)
})

test('4b.40h: without a session timer a call ends for us after `maxDurationMs`', async () => {
  const made = await oneCall(200, { config: { load: { maxDurationMs: 600_000 } } })
  await up(made)
  await made.network.run(599_000)
  expect(loads(made.dispatcher)).toEqual([1])
  await made.network.run(2_000)
  expect(await isFree(made)).toBe(true)
})

test.each([
  ['re-INVITE', 481],
  ['UPDATE', 481],
  ['re-INVITE', 408],
  ['UPDATE', 'silence'],
  ['re-INVITE', 'silence'],
] as const)(
  '4b.40h: a %s that is answered %s (RFC 3261 §12.2.1.2, RFC 5057 §5.1)',
  async (what, answerWithin) => {
    const made = await oneCall(200, { callee: { answerWithin } })
    const call = await up(made)
    if (what === 're-INVITE') call.reinvite()
    else call.send(what)
    await made.network.run(linger + 1_000)
    expect(await isFree({ ...made })).toBe(true)
  },
)

test('4b.40h: a lost subscription is not a lost call (RFC 5057 §5.1)', async () => {
  const made = await oneCall(200, { callee: { answerWithin: 481 } })
  const call = await up(made)
  call.send('NOTIFY')
  await made.network.run(100)
  expect(loads(made.dispatcher)).toEqual([1])
})

test('4b.40i: a BYE that is sent again releases nothing else', async () => {
  const made = await rig({ gateways: [200], callee: { t1: 500 } })
  const [first] = [made.caller.call(bob), made.caller.call(bob)]
  await made.network.run(50)
  expect(loads(made.dispatcher)).toEqual([2])
  // The answer to the BYE is lost, so it comes three times.
  made.network.impair('192.0.2.1', '192.0.2.100', { loss: 1 })
  const bye = first.bye()
  await made.network.run(2_000)
  made.network.impair('192.0.2.1', '192.0.2.100', { loss: 0 })
  await made.network.run(4_000)
  expect(bye.outcome).toBe(200)
  expect(loads(made.dispatcher)).toEqual([1])
  // And once more as a request of its own.
  first.bye()
  await made.network.run(50)
  expect(loads(made.dispatcher)).toEqual([1])
})

test('4b.40: a BYE that must be repeated with credentials ends nothing yet (RFC 3261 §22.2)', async () => {
  const made = await oneCall(200, { callee: { answerWithin: 401 } })
  const call = await up(made)
  call.bye()
  await made.network.run(50)
  expect(loads(made.dispatcher)).toEqual([1])
})

test('4b.41: 401 and its retry count once, on the same gateway (§22.2)', async () => {
  const made = await rig({ gateways: [answersOnce(401), 200] })
  const challenged = made.caller.call(bob)
  await made.network.run(50)
  expect(challenged.outcome).toBe(401)
  expect(loads(made.dispatcher)).toEqual([0, 0])
  const { callId, fromTag } = challenged.request
  const retry = made.caller.call(bob, { callId, fromTag: fromTag!, cseq: 2 })
  await made.network.run(50)
  expect(retry.outcome).toBe(200)
  expect(loads(made.dispatcher)).toEqual([1, 0])
  expect(shares(made.gateways)).toEqual([2, 0])
})

test('4b.41: re-INVITE, UPDATE and repeated INVITEs count nothing', async () => {
  const made = await rig({ gateways: [[{ status: 200, afterMs: 3_000 }]] })
  // Our 100 is lost, so the INVITE comes three times.
  made.network.impair('192.0.2.1', '192.0.2.100', { loss: 1 })
  const call = made.caller.call(bob)
  await made.network.run(2_000)
  made.network.impair('192.0.2.1', '192.0.2.100', { loss: 0 })
  await made.network.run(2_000)
  expect(call.outcome).toBe(200)
  expect(loads(made.dispatcher)).toEqual([1])
  call.reinvite()
  await made.network.run(50)
  call.send('UPDATE')
  await made.network.run(50)
  expect(loads(made.dispatcher)).toEqual([1])
  call.bye()
  await made.network.run(50)
  expect(loads(made.dispatcher)).toEqual([0])
})

test('4b.41: a 200 that overtakes the CANCEL keeps the call (§9.1)', async () => {
  const made = await rig({ gateways: [[{ status: 180 }]], callee: { deafToCancel: true } })
  const call = made.caller.call(bob)
  await made.network.run(50)
  call.cancel()
  await made.network.run(50)
  made.gateways[0]!.invitations[0]!.respond({ status: 200 })
  await made.network.run(50)
  expect(call.outcome).toBe(200)
  expect(loads(made.dispatcher)).toEqual([1])
  call.bye()
  await made.network.run(50)
  expect(loads(made.dispatcher)).toEqual([0])
})

test('4b.41: a 200 that comes again after the BYE brings nothing back', async () => {
  const made = await rig({ gateways: [200] })
  const call = made.caller.call(bob)
  // No ACK reaches the gateway, so it repeats its 200 for 64·T1.
  await made.network.run(3)
  made.network.impair('192.0.2.100', '192.0.2.1', { loss: 1 })
  await made.network.run(700)
  expect(call.outcome).toBe(200)
  made.gateways[0]!.invitations[0]!.bye()
  made.network.impair('192.0.2.100', '192.0.2.1', { loss: 0 })
  await made.network.run(2_000)
  expect(loads(made.dispatcher)).toEqual([0])
  expect(made.dispatcher.leases.size).toBe(0)
})

test('4b.42: 100 calls at once, three gateways of ten: exactly 30 accepted, one more for each that ends', async () => {
  const made = await rig({ gateways: [200, 200, 200], destination: () => ({ maxLoad: 10 }) })
  const calls = Array.from({ length: 100 }, () => made.caller.call(bob))
  await made.network.run(100)
  const accepted = calls.filter(({ outcome }) => outcome === 200)
  expect(accepted).toHaveLength(30)
  expect(calls.filter(({ outcome }) => outcome === 503)).toHaveLength(70)
  expect(shares(made.gateways)).toEqual([10, 10, 10])
  accepted[0]!.bye()
  await made.network.run(50)
  const more = [made.caller.call(bob), made.caller.call(bob)]
  await made.network.run(50)
  expect(more.map(({ outcome }) => outcome)).toEqual([200, 503])
  expect(loads(made.dispatcher)).toEqual([10, 10, 10])
})

test('4b.42: what is no call is not kept from a full gateway', async () => {
  const made = await oneCall(200)
  await up(made)
  const message = made.caller.send('MESSAGE', bob)
  await made.network.run(50)
  expect(message.outcome).toBe(200)
})

test('4b.44: after a reload old and new calls count together: 3/3/3, then 4/4/4, then 2/2/2', async () => {
  const made = await rig({ gateways: [200, 200, 200] })
  const { app, caller, dispatcher, network, uris, configured } = made
  const old = Array.from({ length: 9 }, () => caller.call(bob))
  await network.run(50)
  expect(loads(dispatcher)).toEqual([3, 3, 3])
  await app.reload()
  await dispatcher.configure(configured(uris.toReversed()))
  expect(loads(dispatcher)).toEqual([3, 3, 3])
  await dispatcher.configure(configured(uris))
  for (let n = 0; n < 3; n++) caller.call(bob)
  await network.run(50)
  expect(loads(dispatcher)).toEqual([4, 4, 4])
  for (const call of old.slice(0, 6)) call.bye()
  await network.run(50)
  expect(loads(dispatcher)).toEqual([2, 2, 2])
})

test('4b.45: a gateway that was taken out keeps its calls, and has them when it is back', async () => {
  const made = await rig({ gateways: [200, 200], destination: (index) => ({ id: `gw${index}` }) })
  const { caller, dispatcher, network, uris, configured } = made
  const calls = Array.from({ length: 4 }, () => caller.call(bob))
  await network.run(50)
  expect(loads(dispatcher)).toEqual([2, 2])
  await dispatcher.configure(configured(uris.slice(1)))
  expect(loads(dispatcher)).toEqual([2])
  calls[0]!.bye()
  await network.run(50)
  expect(dispatcher.leases.size).toBe(3)
  await dispatcher.configure(configured(uris))
  expect(loads(dispatcher)).toEqual([1, 2])
  for (const call of calls.slice(1)) call.bye()
  await network.run(50)
  expect(loads(dispatcher)).toEqual([0, 0])
})

test('4b.61: ten calls a second, 50 in 100 ms: the burst, one per 100 ms, and the rest elsewhere', async () => {
  const made = await rig({
    gateways: [200, 200],
    destination: (index) => (index === 0 ? { maxCallsPerSecond: 10 } : {}),
  })
  const { caller, network } = made
  for (let n = 0; n < 50; n++) {
    caller.call(bob)
    await network.run(2)
  }
  await network.run(50)
  const [limited = 0, other = 0] = shares(made.gateways)
  expect(limited).toBeGreaterThanOrEqual(10)
  expect(limited).toBeLessThanOrEqual(11)
  expect(limited + other).toBe(50)
})

test('4b.61: nobody else: 503', async () => {
  const made = await rig({
    gateways: [200],
    destination: () => ({ maxCallsPerSecond: 2, callBurst: 1 }),
  })
  const calls: Call[] = []
  for (let n = 0; n < 20; n++) {
    calls.push(made.caller.call(bob))
    await made.network.run(100)
  }
  expect(calls.map(({ outcome }, n) => (outcome === 200 ? n : -1)).filter((n) => n >= 0)).toEqual([
    0, 5, 10, 15,
  ])
  expect(calls[1]!.outcome).toBe(503)
})

test('a gateway has no more unanswered INVITEs than `maxPending`', async () => {
  const made = await rig({
    gateways: [ringing, ringing],
    destination: (index) => ({ maxPending: index === 0 ? 2 : 0 }),
  })
  for (let n = 0; n < 10; n++) made.caller.call(bob)
  await made.network.run(50)
  expect(shares(made.gateways)).toEqual([2, 8])
  made.gateways[0]!.invitations[0]!.respond({ status: 200 })
  await made.network.run(50)
  made.caller.call(bob)
  made.caller.call(bob)
  await made.network.run(50)
  expect(shares(made.gateways)).toEqual([3, 9])
})

test('4b.36: everybody answers 503: at most 20 % of the requests in progress try a second gateway at once, the rest are answered at once', async () => {
  const slow503: Answer = [{ status: 503, afterMs: 200 }]
  const made = await rig({
    gateways: [slow503, slow503, slow503, slow503],
    config: { retryBudget: { percent: 20, min: 3 } },
  })
  const calls = Array.from({ length: 100 }, () => made.caller.call(bob))
  await made.network.run(250)
  const attempts = (): number => shares(made.gateways).reduce((all, each) => all + each, 0)
  expect(attempts()).toBe(120)
  expect(calls.filter(({ outcome }) => outcome === 500)).toHaveLength(80)
  await made.network.run(linger)
  expect(calls.every(({ outcome }) => outcome === 500)).toBe(true)
  // Of the 20, four may go on to a third gateway together: 20 % of those that are left.
  expect(attempts()).toBeLessThanOrEqual(120 + 4 + 3)
})

test('4b.36: single calls fail over whatever the budget, and a gateway that rings is no storm', async () => {
  const made = await rig({
    gateways: [503, [{ status: 180 }, { status: 200, afterMs: 10_000 }]],
    config: { retryBudget: {} },
  })
  const calls: Call[] = []
  for (let n = 0; n < 40; n++) {
    calls.push(made.caller.call(bob))
    await made.network.run(20)
  }
  await made.network.run(11_000)
  expect(calls.every(({ outcome }) => outcome === 200)).toBe(true)
})

test('without a budget every call goes on while there are gateways', async () => {
  const made = await rig({ gateways: [503, 503, 200] })
  const calls = Array.from({ length: 60 }, () => made.caller.call(bob))
  await made.network.run(100)
  expect(calls.every(({ outcome }) => outcome === 200)).toBe(true)
})

test('4b.40: a parallel fork counts on each gateway until one has won, and then on that one', async () => {
  const forking = onInvite(Dispatcher, (dispatcher, ctx) => {
    ctx.recordRoute()
    return ctx.fork(dispatcher.sets()[0]!.destinations.map(({ target }) => target))
  })
  const answer: Answer = [{ status: 180 }, { status: 200, afterMs: 1_000 }]
  const made = await rig({ gateways: [ringing, answer, 486], routes: [forking] })
  const call = made.caller.call(bob)
  await made.network.run(500)
  expect(loads(made.dispatcher)).toEqual([1, 1, 0])
  await made.network.run(1_000)
  expect(call.outcome).toBe(200)
  expect(loads(made.dispatcher)).toEqual([0, 1, 0])
  call.bye()
  await made.network.run(50)
  expect(loads(made.dispatcher)).toEqual([0, 0, 0])
})

test('a call that somebody before us has forked counts on each gateway that accepted; each dialog ends its own', async () => {
  const made = await rig({ gateways: [200, 200] })
  const first = made.caller.call(bob)
  const { callId, fromTag } = first.request
  const second = made.caller.call(bob, { callId, fromTag: fromTag! })
  await made.network.run(50)
  expect(loads(made.dispatcher)).toEqual([1, 1])
  first.bye()
  await made.network.run(50)
  expect(loads(made.dispatcher)).toEqual([0, 1])
  second.bye()
  await made.network.run(50)
  expect(loads(made.dispatcher)).toEqual([0, 0])
})

test('a call that does not stay with us is counted until it is answered: nobody would tell us of its end', async () => {
  const passing = onInvite(Dispatcher, (dispatcher, ctx) =>
    ctx.relay(dispatcher.select('gateways', ctx)),
  )
  const made = await rig({ gateways: [[{ status: 200, afterMs: 1_000 }]], routes: [passing] })
  made.caller.call(bob)
  await made.network.run(500)
  expect(loads(made.dispatcher)).toEqual([1])
  await made.network.run(1_000)
  expect(loads(made.dispatcher)).toEqual([0])
})

test('4b.40: after a restart the requests of a call bring it back, from either side, and its BYE ends it', async () => {
  const made = await rig({ gateways: [200, 200], app: { secret } })
  const { caller, network, gateways, uris, configured } = made
  const calls = Array.from({ length: 4 }, () => caller.call(bob))
  await network.run(50)
  expect(loads(made.dispatcher)).toEqual([2, 2])
  const dispatcher = await restarted(made, configured(uris))
  const dialogMarks = [made.dispatcher.sets()[0]!.destinations[1]!.load.mark]
  expect(dispatcher.destinationOf({ dialogMarks })?.uri).toBe(uris[1])
  expect(dispatcher.destinationOf({ dialogMarks: [] })).toBeUndefined()
  expect(loads(dispatcher)).toEqual([0, 0])
  calls[0]!.reinvite()
  calls[1]!.send('UPDATE')
  gateways[0]!.invitations[1]!.send('INFO')
  await network.run(50)
  expect(loads(dispatcher)).toEqual([2, 1])
  calls[0]!.reinvite()
  calls[2]!.send('UPDATE')
  await network.run(50)
  expect(loads(dispatcher)).toEqual([2, 1])
  for (const call of calls) call.bye()
  await network.run(50)
  expect(loads(dispatcher)).toEqual([0, 0])
  expect(byes(gateways)).toEqual([2, 2])
})

/** The edge dies without a word, and another process takes its address. */
async function restarted(
  { app, network }: Rig,
  config: ReturnType<Rig['configured']>,
): Promise<Dispatcher> {
  await app.close()
  const next = await createApp({
    plugins: [dispatcherPlugin(config)],
    clock: network.clock,
    chance: network.chance,
    transports: [network.transport('UDP')],
    log: silent,
    secret,
  })
  await next.listen('udp:192.0.2.1:5060')
  return next.resolve(Dispatcher)
}

function byes(gateways: readonly Phone[]): readonly number[] {
  return gateways.map((gateway) => gateway.count('BYE'))
}
