/** What the caller sees when gateways fail: scenarios 18 to 30 of dispatcher.md §4b. */
import { expect, test } from '@jest/globals'
import { SipError } from '@sipwright/framework'
import { bob, linger, rig } from './rig.js'

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

test('4b.20: a silent A gets its INVITE at 0, 0.5 and 1.5 s, then B gets the call, and A no CANCEL (§9.1)', async () => {
  const { network, caller, gateways } = await rig({
    gateways: ['silence', 200],
    relay: { timeoutMs: 2_000 },
  })
  const call = caller.call(bob)
  await network.run(40_000)
  const [a, b] = gateways
  expect(a!.times('INVITE').map((at) => at - 2)).toEqual([0, 500, 1_500])
  expect(b!.times('INVITE').map((at) => at - 2)).toEqual([2_000])
  expect(a!.count('CANCEL')).toBe(0)
  expect(call.outcome).toBe(200)
})

test('4b.20: without a limit of our own Timer B ends the silence after 32 s (§17.1.1.2)', async () => {
  const { network, caller, gateways } = await rig({ gateways: ['silence', 200] })
  const call = caller.call(bob)
  await network.run(60_000)
  const [a, b] = gateways
  expect(a!.times('INVITE').map((at) => at - 2)).toEqual([
    0, 500, 1_500, 3_500, 7_500, 15_500, 31_500,
  ])
  expect(b!.times('INVITE').map((at) => at - 2)).toEqual([32_000])
  expect(call.outcome).toBe(200)
})

test('4b.21: a late 180 of A, while B rings, is answered by a CANCEL and not forwarded (§16.10)', async () => {
  const { network, caller, gateways } = await rig({
    gateways: [
      [{ status: 180, afterMs: 3_000 }],
      [{ status: 180 }, { status: 200, afterMs: 3_000 }],
    ],
    relay: { timeoutMs: 2_000 },
  })
  const call = caller.call(bob)
  await network.run(60_000)
  const [a, b] = gateways
  expect(a!.invitations[0]?.cancelled).toBe(true)
  const cancel = a!.seen.find(({ request }) => request.method === 'CANCEL')
  expect(cancel?.request.via.branch).toBe(a!.invitations[0]?.request.via.branch)
  expect(call.statuses).toEqual([100, 180, 200])
  expect(call.final?.toTag).toBe(b!.invitations[0]?.dialog?.localTag)
})

test('4b.21: a late 200 of A wins over B, who is cancelled; a further 200 of B is forwarded too (§16.7 step 5, RFC 6026)', async () => {
  const { network, caller, gateways } = await rig({
    gateways: [
      [{ status: 200, afterMs: 3_000 }],
      [{ status: 180 }, { status: 200, afterMs: 1_003 }],
    ],
    relay: { timeoutMs: 2_000 },
    callee: { deafToCancel: true },
  })
  const call = caller.call(bob)
  await network.run(60_000)
  const [a, b] = gateways
  expect(b!.count('CANCEL')).toBe(1)
  expect(call.dialogs).toHaveLength(2)
  expect([a, b].map((gateway) => gateway!.invitations[0]?.acknowledged)).toEqual([true, true])
})

test('4b.22: a closed UDP port (ICMP) hands the call to B within 200 ms (§16.9)', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200, 200] })
  network.crash('192.0.2.11', 'unreachable')
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.outcome).toBe(200)
  expect(gateways[1]!.times('INVITE')[0]).toBeLessThan(200)
})

test('4b.23: a refused TCP connection hands the call to B within 100 ms, and the caller gets 200', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200, 200], transport: 'tcp' })
  network.crash('192.0.2.11', 'unreachable')
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.statuses).toEqual([100, 200])
  expect(gateways[1]!.times('INVITE')[0]).toBeLessThan(100)
})

test('4b.23: a TCP black hole costs its own call the connect timeout, and other calls nothing', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200, 200], transport: 'tcp' })
  network.fault('192.0.2.11:5060', { kind: 'black-hole' })
  const [swallowed, other] = [caller.call(bob), caller.call(bob)]
  await network.run(5_000)
  expect([swallowed.outcome, other.outcome]).toEqual([200, 200])
  expect(other.endedAt).toBeLessThan(50)
  expect(swallowed.endedAt).toBeGreaterThanOrEqual(1_000)
  expect(swallowed.endedAt).toBeLessThan(1_050)
  expect(gateways[1]!.invitations).toHaveLength(2)
})

test('4b.24: a connection that A closed is opened again, and A gets one INVITE', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200], transport: 'tcp' })
  caller.call(bob)
  await network.run(1_000)
  network.reset('192.0.2.1', '192.0.2.11', 'closed')
  await network.run(1_000)
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.outcome).toBe(200)
  expect(gateways[0]!.count('INVITE')).toBe(2)
})

test('4b.24: where the connection was closed and a new one is refused, B gets the call', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200, 200], transport: 'tcp' })
  caller.call(bob)
  caller.call(bob)
  await network.run(1_000)
  network.reset('192.0.2.1', '192.0.2.11', 'closed')
  network.crash('192.0.2.11', 'unreachable')
  await network.run(1_000)
  const call = caller.call(bob)
  await network.run(100)
  expect(call.outcome).toBe(200)
  expect(gateways[1]!.invitations).toHaveLength(2)
})

test('4b.24: a half-open connection is found out by its first message, and B gets the call within 1 s', async () => {
  const { network, caller, gateways, observed } = await rig({
    gateways: [200, 200],
    transport: 'tcp',
  })
  caller.call(bob)
  caller.call(bob)
  await network.run(1_000)
  network.crash('192.0.2.11')
  network.restore('192.0.2.11')
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.outcome).toBe(200)
  expect(gateways[1]!.invitations).toHaveLength(2)
  expect(observed.failures[0]).toBeInstanceOf(SipError)
})

test('4b.25: a failed TLS handshake is a transport error, and the handler is told why', async () => {
  const { network, caller, gateways, observed } = await rig({
    gateways: [200, 200],
    transport: 'tls',
  })
  network.fault('192.0.2.11:5061', { kind: 'handshake', reason: 'self-signed certificate' })
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.outcome).toBe(200)
  expect(gateways[1]!.invitations).toHaveLength(1)
  expect(String(observed.failures[0])).toContain('self-signed certificate')
})

test('4b.26: who rings and says no more is cancelled by Timer C, and nobody else is tried (§16.8)', async () => {
  const { network, app, caller, gateways } = await rig({
    gateways: [[{ status: 180 }], 200],
    relay: { timeoutMs: 2_000, ringMs: 5_000 },
    failoverOn: [],
  })
  const call = caller.call(bob)
  await network.run(4_900)
  expect(call.outcome).toBeUndefined()
  await network.run(10_000)
  expect(gateways[0]!.count('CANCEL')).toBe(1)
  expect([408, 487]).toContain(call.outcome)
  expect(gateways[1]!.seen).toHaveLength(0)
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

test('4b.35: a MESSAGE to a silent gateway is resent up to each T2, and never answered 408 (§17.1.2.2, RFC 4320)', async () => {
  const { network, app, caller, gateways } = await rig({ gateways: ['silence'] })
  const sent = caller.send('MESSAGE', bob)
  await network.run(31_900)
  expect(gateways[0]!.times('MESSAGE').map((at) => at - 2)).toEqual([
    0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
  ])
  await network.run(3 * linger)
  expect(sent.statuses.filter((status) => status >= 200)).toEqual([])
  expect(app.transactions).toBe(0)
})

test('4b.35: a silent gateway loses a MESSAGE to the next one', async () => {
  const { network, caller, gateways } = await rig({
    gateways: ['silence', 200],
    relay: { timeoutMs: 2_000 },
  })
  const sent = caller.send('MESSAGE', bob)
  await network.run(5_000)
  expect(sent.outcome).toBe(200)
  expect(gateways[1]!.times('MESSAGE')).toEqual([2_002])
})
