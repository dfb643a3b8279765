/** Gateways that say nothing, or nothing more, or something late: scenarios 20, 21, 26 and 35 of dispatcher.md §4b. */
import { expect, test } from '@jest/globals'
import { bob, linger, loads, rig } from './rig.js'

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
  const { network, caller, gateways, dispatcher } = await rig({
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
  // Two callees have accepted: two calls, until each of them has its BYE.
  expect(loads(dispatcher)).toEqual([1, 1])
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

test('4b.21: A’s late 200 wins while B rings: B is cancelled, and the call is counted on A alone (§16.7 step 10)', async () => {
  const { network, app, caller, gateways, dispatcher } = await rig({
    gateways: [[{ status: 200, afterMs: 3_000 }], [{ status: 180 }]],
    relay: { timeoutMs: 2_000 },
  })
  const call = caller.call(bob)
  await network.run(2_500)
  expect(loads(dispatcher)).toEqual([0, 1])
  await network.run(10_000)
  expect(call.statuses).toEqual([100, 180, 200])
  expect(gateways.map((gateway) => gateway.count('CANCEL'))).toEqual([0, 1])
  expect(gateways.map(({ invitations }) => invitations[0]?.final)).toEqual([200, 487])
  expect(loads(dispatcher)).toEqual([1, 0])
  call.bye()
  await network.run(3 * linger)
  expect(loads(dispatcher)).toEqual([0, 0])
  expect(app.transactions).toBe(0)
})

test('4b.26: who rings and dies, and does not even answer the CANCEL, leaves 408 and nobody else is tried (§16.8)', async () => {
  const { network, app, caller, gateways } = await rig({
    gateways: [[{ status: 180 }], 200],
    relay: { timeoutMs: 2_000, ringMs: 5_000 },
  })
  const call = caller.call(bob)
  await network.run(1_000)
  network.crash('192.0.2.11')
  await network.run(3 * linger)
  expect(call.statuses).toEqual([100, 180, 408])
  expect(gateways[1]!.seen).toHaveLength(0)
  await network.run(2 * linger)
  expect(app.transactions).toBe(0)
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
