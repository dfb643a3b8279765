/** The caller hangs up before the answer: scenarios 31 and 32 of dispatcher.md §4b. RFC 3261 §9, §16.10 */
import { expect, test } from '@jest/globals'
import { Phone } from '@sipwright/framework/testing'
import { bob, linger, loads, rig } from './rig.js'

test('4b.31: CANCEL before the gateway spoke: 200 at once, A is cancelled at its first 1xx, B never called (§9.1)', async () => {
  const { network, app, caller, gateways } = await rig({
    gateways: [[{ status: 180, afterMs: 3_000 }], 200],
  })
  const call = caller.call(bob)
  await network.run(100)
  call.cancel()
  await network.run(100)
  expect(call.cancellation?.outcome).toBe(200)
  expect(gateways[0]!.count('CANCEL')).toBe(0)
  await network.run(linger)
  expect(gateways[0]!.times('CANCEL')).toEqual([3_004])
  expect(call.outcome).toBe(487)
  expect(gateways[1]!.seen).toHaveLength(0)
  await network.run(3 * linger)
  expect(app.transactions).toBe(0)
})

test.each(['silence', 503] as const)(
  '4b.31: after a CANCEL B is not tried though A answers %s: the caller gets 487 within 32 s (§16.10)',
  async (answer) => {
    const late = answer === 'silence' ? answer : [{ status: answer, afterMs: 1_000 }]
    const { network, app, caller, gateways } = await rig({ gateways: [late, 200] })
    const call = caller.call(bob)
    await network.run(100)
    call.cancel()
    await network.run(linger)
    expect(call.cancellation?.outcome).toBe(200)
    expect(call.outcome).toBe(487)
    expect(gateways[1]!.seen).toHaveLength(0)
    await network.run(3 * linger)
    expect(app.transactions).toBe(0)
  },
)

test('CANCEL while it rings: the gateway gets it on the branch of its INVITE, the caller 487 (§9.1, §16.10)', async () => {
  const { network, app, caller, gateways } = await rig({ gateways: [[{ status: 180 }]] })
  const call = caller.call(bob)
  await network.run(5_000)
  call.cancel()
  await network.run(1_000)
  expect([call.cancellation?.outcome, call.outcome]).toEqual([200, 487])
  const [invite, cancel, ack] = gateways[0]!.seen.map(({ request }) => request)
  expect([cancel?.method, ack?.method]).toEqual(['CANCEL', 'ACK'])
  expect([cancel?.via.branch, ack?.via.branch]).toEqual([invite?.via.branch, invite?.via.branch])
  expect(cancel?.uri).toBe(invite?.uri)
  await network.run(3 * linger)
  expect(app.transactions).toBe(0)
})

test('4b.32: after failover only B is cancelled; A, whose 503 was acknowledged, hears no more (§16.10)', async () => {
  const { network, caller, gateways } = await rig({ gateways: [503, [{ status: 180 }]] })
  const call = caller.call(bob)
  await network.run(1_000)
  call.cancel()
  await network.run(1_000)
  expect(gateways.map((gateway) => gateway.count('CANCEL'))).toEqual([0, 1])
  expect(gateways[0]!.seen.map(({ request }) => request.method)).toEqual(['INVITE', 'ACK'])
  expect(call.outcome).toBe(487)
})

test('4b.32: a 200 that crosses the CANCEL wins: the call stands and can be ended (§9.2, §16.10)', async () => {
  const { network, app, caller, gateways, dispatcher } = await rig({
    gateways: [[{ status: 180 }, { status: 200, afterMs: 1_002 }]],
  })
  const call = caller.call(bob)
  await network.run(1_002)
  call.cancel()
  await network.run(1_000)
  expect([call.cancellation?.outcome, call.outcome]).toEqual([200, 200])
  expect(gateways[0]!.invitations[0]?.acknowledged).toBe(true)
  await network.run(2 * linger)
  expect(loads(dispatcher)).toEqual([1])
  const bye = call.bye()
  await network.run(1_000)
  expect(bye.outcome).toBe(200)
  expect(loads(dispatcher)).toEqual([0])
  await network.run(3 * linger)
  expect(app.transactions).toBe(0)
})

test('a CANCEL from elsewhere is not believed: 481, and the call goes on', async () => {
  const { network, caller, gateways } = await rig({
    gateways: [[{ status: 180 }, { status: 200, afterMs: 2_000 }]],
  })
  const call = caller.call(bob)
  await network.run(1_000)
  const stranger = await Phone.at(network, 'UDP:198.51.100.66:5060')
  const { request } = call
  const forged = [
    `CANCEL ${request.uri} SIP/2.0`,
    `Via: ${request.headers.get('Via') ?? ''}`,
    'Max-Forwards: 70',
    `From: ${request.headers.get('From') ?? ''}`,
    `To: ${request.headers.get('To') ?? ''}`,
    `Call-ID: ${request.callId}`,
    'CSeq: 1 CANCEL',
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n')
  stranger.sendText('UDP:192.0.2.1:5060', forged)
  await network.run(5_000)
  expect(stranger.strays.map(({ status }) => status)).toEqual([481])
  expect(gateways[0]!.count('CANCEL')).toBe(0)
  expect(call.outcome).toBe(200)
})
