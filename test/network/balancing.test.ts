/** Who gets which share when somebody is full or overloaded: scenarios 46 and 60 of dispatcher.md §4b. */
import { expect, test } from '@jest/globals'
import { type SipRequest } from '@sipwright/framework'
import { bob, loads, rig, shares } from './rig.js'

test('4b.46: an overflow gateway gets calls only while all others are full, and they count on it', async () => {
  const { network, caller, gateways, dispatcher } = await rig({
    gateways: [200, 200, 200],
    destination: (index) => (index === 0 ? { overflow: true } : { maxLoad: 2 }),
  })
  const calls = []
  for (let n = 0; n < 7; n++) {
    calls.push(caller.call(bob))
    await network.run(50)
  }
  expect(calls.map(({ outcome }) => outcome)).toEqual(Array(7).fill(200))
  expect(shares(gateways)).toEqual([3, 2, 2])
  expect(loads(dispatcher)).toEqual([3, 2, 2])
  calls[0]!.bye()
  await network.run(50)
  expect(loads(dispatcher).reduce((sum, each) => sum + each)).toBe(6)
  caller.call(bob)
  await network.run(50)
  expect(shares(gateways)[0]).toBe(3)
  expect(loads(dispatcher)).toEqual([3, 2, 2])
})

/** Our Via comes back with what the gateway says about its overload. */
const overloaded = (params: string) => (request: SipRequest) => {
  const [ours = '', ...others] = request.headers.values('Via')
  const answered = ours.replace(';oc;oc-algo="loss"', params)
  return [{ status: 200, headers: { Via: [answered, ...others].join(', ') } }]
}

test('4b.60: a gateway that asks to be spared 30 % is, for as long as it says; never of what is urgent (RFC 7339)', async () => {
  let says = ''
  const { network, caller, gateways, dispatcher } = await rig({
    gateways: [(request) => overloaded(says)(request), 200],
    algorithm: 'round-robin-overload',
  })
  const [a] = gateways
  const { overload } = dispatcher.sets()[0]!.destinations[0]!
  async function calls(count: number, headers: Record<string, string> = {}) {
    const before = shares(gateways)
    for (let n = 0; n < count; n++) {
      caller.call(bob, { headers })
      await network.run(1)
    }
    await network.run(20)
    return shares(gateways).map((each, index) => each - before[index]!)
  }

  says = ';oc=30;oc-algo="loss";oc-validity=500;oc-seq=2.0'
  expect(await calls(2)).toEqual([1, 1])
  expect(a!.invitations[0]!.request.headers.firstValue('Via')).toMatch(/;oc;oc-algo="loss"$/)
  expect(overload.rateAt(network.clock.now())).toBe(30)

  // What it repeats is no news, nor is a lower number.
  const [toA, toB] = await calls(170)
  expect(overload.shed).toBeGreaterThanOrEqual(29)
  expect(toA! + toB!).toBe(170)
  expect(Math.abs((100 * overload.shed) / (toA! + overload.shed) - 30)).toBeLessThanOrEqual(1)
  says = ';oc=90;oc-algo="loss";oc-validity=500;oc-seq=1.9'
  await calls(2)
  expect(overload.rateAt(network.clock.now())).toBe(30)

  const shed = overload.shed
  expect(await calls(100, { 'Resource-Priority': 'esnet.0' })).toEqual([50, 50])
  expect(overload.shed).toBe(shed)

  await network.run(500)
  expect(await calls(40)).toEqual([20, 20])
  expect(overload.shed).toBe(shed)
})

test('4b.60: requests in a dialog reach a gateway that sheds everything', async () => {
  const { network, caller, gateways, dispatcher, uris } = await rig({
    gateways: [200],
    algorithm: 'round-robin-overload',
  })
  const call = caller.call(bob)
  await network.run(50)
  expect(dispatcher.overload('gateways', uris[0]!, { rate: 100, validityMs: 10_000 })).toBe(true)
  const refused = caller.call(bob)
  await network.run(50)
  expect(refused.outcome).toBe(503)
  call.bye()
  await network.run(50)
  expect(gateways[0]!.count('BYE')).toBe(1)
})
