/** All destinations of a set at once: scenario 37 of dispatcher.md §4b. */
import { expect, test } from '@jest/globals'
import { bob, rig } from './rig.js'

const ringing = [{ status: 180 }]
const names = (gateways: readonly { count(method: string): number }[], method: string): number[] =>
  gateways.map((gateway) => gateway.count(method))

test('4b.37: all that are up ring, the first 2xx ends the others by CANCEL (§16.7 step 10)', async () => {
  const { network, caller, gateways, dispatcher, uris } = await rig({
    gateways: [ringing, [{ status: 180 }, { status: 200, afterMs: 500 }], ringing, 200],
    algorithm: 'parallel',
  })
  dispatcher.mark('gateways', uris[3]!, 'inactive')
  const call = caller.call(bob)
  await network.run(400)
  expect(names(gateways, 'INVITE')).toEqual([1, 1, 1, 0])
  await network.run(1_000)
  expect(call.outcome).toBe(200)
  expect(names(gateways, 'CANCEL')).toEqual([1, 0, 1, 0])
})

test('4b.37: a 603 of one ends the others and the call (§16.7 step 5)', async () => {
  const { network, caller, gateways } = await rig({
    gateways: [[{ status: 180 }, { status: 603, afterMs: 300 }], ringing, ringing],
    algorithm: 'parallel',
  })
  const call = caller.call(bob)
  await network.run(2_000)
  expect(call.outcome).toBe(603)
  expect(names(gateways, 'INVITE')).toEqual([1, 1, 1])
  expect(names(gateways, 'CANCEL')).toEqual([0, 1, 1])
})
