import { expect, test } from '@jest/globals'
import { exclusionOf, formatExclusion } from '#src/exclusion.js'
import { destinations, type Given } from './select/rig.js'

/** Why a destination of that configuration is out, once something has happened to it. */
function out(given: Given, happens: (to: ReturnType<typeof destinations>[number]) => void) {
  const [destination] = destinations(given)
  happens(destination!)
  const [call, other] = [exclusionOf(destination!, true), exclusionOf(destination!, false)]
  return [call, other].map((each) => each && formatExclusion(each))
}

test('the operator’s word, then health, then caps; caps hold for calls only', () => {
  const uri = 'sip:a'
  expect(out(uri, () => undefined)).toEqual([undefined, undefined])
  const drained = 'set to drain'
  expect(
    out(uri, ({ state }) => {
      state.admin = 'drain'
      state.health.force('inactive', 'answered 503', 5)
    }),
  ).toEqual([drained, drained])
  const dead = 'inactive: answered 503'
  expect(out(uri, ({ health }) => health.force('inactive', 'answered 503', 5))).toEqual([
    ...[dead, dead],
  ])
  expect(
    out({ uri, maxLoad: 2 }, ({ load }) => {
      load.calls = 2
    }),
  ).toEqual(['full: 2 of 2 calls', undefined])
  expect(
    out({ uri, maxPending: 3 }, ({ load }) => {
      load.pending = 3
    }),
  ).toEqual(['full: 3 of 3 calls without an answer', undefined])
  expect(
    out({ uri, maxCallsPerSecond: 1 }, ({ caps, load }) => {
      caps.spend(load, 0)
    }),
  ).toEqual(['full: 1 new calls per second', undefined])
})

test('what only a walk knows is said, too', () => {
  expect(formatExclusion({ kind: 'algorithm', reason: 'sheds 30 %' })).toBe('sheds 30 %')
  expect(formatExclusion({ kind: 'limit', limit: 2 })).toBe('beyond the limit of 2')
  const counted = { kind: 'full', reached: { cap: 'counted' } } as const
  expect(formatExclusion(counted)).toBe('full: no further call can be counted')
})
