/** What the caller sees when gateways refuse: scenarios 18, 27 to 30, 33 and 34 of dispatcher.md §4b. */
import { expect, test } from '@jest/globals'
import { bob, edge, linger, rig } from './rig.js'

test('4b.18: a 503 is acknowledged by us and B gets the same call on a new branch (§17.1.1.3, RFC 3263 §4.3)', async () => {
  const { network, app, caller, gateways } = await rig({
    gateways: [503, [{ status: 180 }, { status: 200, afterMs: 500 }]],
  })
  const call = caller.call(bob)
  await network.run(2_000)
  const [a, b] = gateways.map(({ seen }) => seen.map(({ request }) => request))
  expect(a?.map(({ method }) => method)).toEqual(['INVITE', 'ACK'])
  expect(a?.[1]?.via.branch).toBe(a?.[0]?.via.branch)
  expect(gateways[1]!.times('INVITE')[0]! - gateways[0]!.times('INVITE')[0]!).toBeLessThan(50)
  expect([b?.[0]?.callId, b?.[0]?.cseq.number, b?.[0]?.fromTag]).toEqual([
    a?.[0]?.callId,
    a?.[0]?.cseq.number,
    a?.[0]?.fromTag,
  ])
  expect(b?.[0]?.via.branch).not.toBe(a?.[0]?.via.branch)
  expect(call.statuses).toEqual([100, 180, 200])
  call.bye()
  await network.run(2 * linger)
  expect(app.transactions).toBe(0)
})

test.each([486, 480, 404, 488, 401, 407])(
  '4b.27: %i is the caller’s to know: forwarded, and B gets nothing (§16.7 step 6)',
  async (status) => {
    const { network, app, caller, gateways } = await rig({ gateways: [status, 200] })
    const call = caller.call(bob)
    await network.run(3 * linger)
    expect(call.statuses).toEqual([100, status])
    expect(gateways[1]!.seen).toHaveLength(0)
    expect(gateways[0]!.invitations[0]?.acknowledged).toBe(true)
    expect(app.transactions).toBe(0)
  },
)

test('4b.28: a 603 ends it: no other branch, though the handler asks for one (§16.7 step 5)', async () => {
  const { network, caller, gateways } = await rig({ gateways: [603, 200], failoverOn: [503, 603] })
  const call = caller.call(bob)
  await network.run(5_000)
  expect(call.statuses).toEqual([100, 603])
  expect(gateways[1]!.seen).toHaveLength(0)
})

test.each([408, 500, 502, 504])(
  '4b.29: a %i that A sent goes to the caller, and to B only where the policy says so (§16.7 step 6)',
  async (status) => {
    const forwarded = await rig({ gateways: [status, 200] })
    const call = forwarded.caller.call(bob)
    await forwarded.network.run(3 * linger)
    expect(call.statuses).toEqual([100, status])
    expect(forwarded.gateways[1]!.seen).toHaveLength(0)

    const { network, app, caller, gateways } = await rig({
      gateways: [status, 200],
      failoverOn: [503, status],
    })
    const another = caller.call(bob)
    await network.run(1_000)
    expect(another.statuses).toEqual([100, 200])
    expect(gateways.map((gateway) => gateway.count('INVITE'))).toEqual([1, 1])
    expect(gateways[0]!.count('ACK')).toBe(1)
    another.bye()
    await network.run(3 * linger)
    expect(app.transactions).toBe(0)
  },
)

test.each([
  { name: 'all 503 become 500', answers: [503, 503], status: 500 },
  { name: 'a 486 is better than a 503', answers: [503, 486], status: 486 },
  { name: 'a timeout and a 503 become 408', answers: ['silence', 503] as const, status: 408 },
])('4b.30: $name (§16.7 step 6)', async ({ answers, status }) => {
  const { network, app, caller, gateways } = await rig({
    gateways: answers,
    relay: { timeoutMs: 2_000 },
  })
  const call = caller.call(bob)
  await network.run(4 * linger)
  expect(call.outcome).toBe(status)
  const answered = gateways.filter(({ invitations }) => invitations[0]?.final !== undefined)
  for (const gateway of answered) expect(gateway.count('ACK')).toBe(1)
  expect(app.transactions).toBe(0)
})

test('4b.30: without a usable gateway 503 goes out, without Retry-After (§21.5.4)', async () => {
  const { network, caller, dispatcher, uris } = await rig({ gateways: [200] })
  dispatcher.mark('gateways', uris[0]!, 'inactive')
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.outcome).toBe(503)
  expect(call.final?.headers.has('Retry-After')).toBe(false)
})

test('4b.30: the 500 that stands for 503s carries no Retry-After of theirs (§16.7 step 6, §21.5.4)', async () => {
  const busy = [{ status: 503, headers: { 'Retry-After': '20' } }]
  const { network, caller } = await rig({ gateways: [busy, busy] })
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.outcome).toBe(500)
  expect(call.final?.headers.has('Retry-After')).toBe(false)
})

test('4b.33: two attempts are two, though four gateways are there', async () => {
  const { network, caller, gateways } = await rig({
    gateways: [503, 503, 200, 200],
    relay: { maxAttempts: 2 },
  })
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.outcome).toBe(500)
  expect(gateways.map((gateway) => gateway.count('INVITE'))).toEqual([1, 1, 0, 0])
})

test('4b.33: a deadline over all attempts ends them with 408', async () => {
  const { network, caller, gateways } = await rig({
    gateways: ['silence', 'silence', 'silence', 'silence', 200],
    relay: { timeoutMs: 3_000, deadlineMs: 10_000 },
  })
  const call = caller.call(bob)
  await network.run(60_000)
  expect(call.outcome).toBe(408)
  expect(call.endedAt).toBeGreaterThanOrEqual(10_000)
  expect(call.endedAt).toBeLessThan(10_100)
  expect(gateways[4]!.seen).toHaveLength(0)
})

test('4b.33: each attempt carries Max-Forwards less one, the same body and unknown headers (§16.6)', async () => {
  const { network, caller, gateways } = await rig({ gateways: [503, 503, 200] })
  caller.call(bob, {
    maxForwards: 33,
    headers: { 'X-Unknown': ';;,,"  odd"' },
    body: 'a\0b\xff\r\n',
  })
  await network.run(1_000)
  for (const { invitations } of gateways) {
    const request = invitations[0]!.request
    expect(request.maxForwards).toBe(32)
    expect(request.headers.get('X-Unknown')).toBe(';;,,"  odd"')
    expect(request.body).toBe('a\0b\xff\r\n')
  }
})

test('4b.34: a repeated INVITE selects nothing and gets the last response again (§17.2.1)', async () => {
  const { network, caller, gateways, observed } = await rig({ gateways: [[{ status: 180 }], 200] })
  network.impair('192.0.2.100', '192.0.2.1', { duplication: 1 })
  const call = caller.call(bob)
  await network.run(1_000)
  expect(observed.selections).toBe(1)
  expect(gateways.map((gateway) => gateway.count('INVITE'))).toEqual([1, 0])
  expect(call.seen.map(({ response }) => response.status)).toEqual([100, 100, 180])
})

test('4b.34: three copies of an INVITE, before and after its answer: one selection, one turn (§17.2.1)', async () => {
  const { network, caller, gateways, observed } = await rig({
    gateways: [[{ status: 486, afterMs: 100 }], 200, 200],
  })
  const copy = (): void => caller.sendText(edge, inviteText)
  copy()
  await network.run(50)
  copy()
  await network.run(100)
  copy()
  await network.run(10)
  expect(observed.selections).toBe(1)
  expect(gateways.map((gateway) => gateway.count('INVITE'))).toEqual([1, 0, 0])
  // 100 for the first, again for the second; the answer, and the answer again for the third.
  expect(caller.strays.map(({ status }) => status)).toEqual([100, 100, 486, 486])
  const next = caller.call(bob)
  await network.run(1_000)
  expect(next.outcome).toBe(200)
  expect(gateways.map((gateway) => gateway.count('INVITE'))).toEqual([1, 1, 0])
})

test('4b.35: the ACK for a failure ends here, and one for nothing that we know is dropped (§17.1.1.3, §16.11)', async () => {
  const { network, app, caller, gateways, observed } = await rig({ gateways: [486, 200] })
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.outcome).toBe(486)
  expect(gateways.map((gateway) => gateway.count('ACK'))).toEqual([1, 0])
  const ack = gateways[0]!.seen[1]!.request
  expect(ack.via.branch).toBe(gateways[0]!.invitations[0]?.request.via.branch)
  caller.sendText(edge, inviteText.replace(/^INVITE/, 'ACK').replace('1 INVITE', '1 ACK'))
  await network.run(2 * linger)
  expect(observed.selections).toBe(1)
  expect(gateways.map((gateway) => gateway.count('ACK'))).toEqual([1, 0])
  expect(app.transactions).toBe(0)
})

const inviteText = [
  `INVITE ${bob} SIP/2.0`,
  'Via: SIP/2.0/UDP 192.0.2.100:5060;branch=z9hG4bK-written-by-hand',
  'Max-Forwards: 70',
  'From: <sip:alice@example.com>;tag=alice',
  `To: <${bob}>`,
  'Call-ID: written-by-hand',
  'CSeq: 1 INVITE',
  'Contact: <sip:alice@192.0.2.100>',
  'Content-Length: 0',
  '\r\n',
].join('\r\n')
