/** Whom calls go to: scenarios 1, 2, 9 and 38 of dispatcher.md §4b. */
import { expect, test } from '@jest/globals'
import { bob, rig, shares } from './rig.js'

test('scenario 1: round robin gives each of four gateways 250 of 1000 calls, each once in every four', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200, 200, 200, 200] })
  for (let i = 0; i < 1_000; i++) {
    caller.call(bob)
    await network.run(10)
  }
  expect(shares(gateways)).toEqual([250, 250, 250, 250])
  const order = gateways
    .flatMap(({ invitations }, index) => invitations.map(({ at }) => ({ at, index })))
    .sort((a, b) => a.at - b.at)
    .map(({ index }) => index)
  for (let i = 0; i + 4 <= order.length; i++) expect(new Set(order.slice(i, i + 4)).size).toBe(4)
})

test('scenario 2: without B, A C and D get 300 of 900 calls each', async () => {
  const { network, caller, gateways, balancer } = await rig({ gateways: [200, 200, 200, 200] })
  balancer.down.add(1)
  for (let i = 0; i < 900; i++) {
    caller.call(bob)
    await network.run(10)
  }
  expect(shares(gateways)).toEqual([300, 0, 300, 300])
})

test('scenario 9: after a 503 of A, B gets one INVITE and C none', async () => {
  const { network, caller, gateways } = await rig({ gateways: [503, 200, 200] })
  const call = caller.call(bob)
  await network.run(60_000)
  expect(call.statuses).toEqual([100, 200])
  expect(gateways.map((gateway) => gateway.count('INVITE'))).toEqual([1, 1, 0])
})

test('scenario 38: whatever happens to A, requests of its dialog go to A, in both directions, unselected (§12.2, §16.12)', async () => {
  const { network, caller, gateways, balancer } = await rig({ gateways: [200, 200] })
  const call = caller.call(bob)
  await network.run(1_000)
  balancer.down.add(0)
  const [a, b] = gateways
  const sent = [call.reinvite(), call.send('UPDATE'), a!.invitations[0]!.send('UPDATE')]
  await network.run(1_000)
  const bye = call.bye()
  await network.run(1_000)
  expect([...sent, bye].map(({ outcome }) => outcome)).toEqual([200, 200, 200, 200])
  expect(a!.seen.map(({ request }) => request.method)).toEqual([
    'INVITE',
    'ACK',
    'INVITE',
    'UPDATE',
    'ACK',
    'BYE',
  ])
  expect(b!.seen).toHaveLength(0)
  expect(balancer.selections).toBe(1)
})
