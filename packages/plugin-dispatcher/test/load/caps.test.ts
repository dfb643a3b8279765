import { expect, test } from '@jest/globals'
import { Caps, type CapFigures } from '#src/load/caps.js'
import { Load } from '#src/load/load.js'
import { whole } from '#src/load/share.js'

const none: CapFigures = { maxLoad: 0, maxPending: 0, maxCallsPerSecond: 0, callBurst: 1 }
const ledger = { isFull: false, now: () => 0 }
const reached = (figures: Partial<CapFigures>, load: Load, share = whole, full = false) =>
  new Caps({ ...none, ...figures }, share, { ...ledger, isFull: full }).reachedCap(load)?.cap

test('no cap: never reached, whatever the load', () => {
  const load = new Load()
  load.calls = 1e6
  load.pending = 1e6
  expect(reached({}, load, whole, true)).toBeUndefined()
})

test('calls in progress, INVITEs without answer, calls per second', () => {
  const load = new Load()
  load.calls = 3
  load.pending = 2
  expect(reached({ maxLoad: 3 }, load)).toBe('calls')
  expect(reached({ maxLoad: 4 }, load)).toBeUndefined()
  expect(reached({ maxPending: 2 }, load)).toBe('pending')
  expect(reached({ maxPending: 3 }, load)).toBeUndefined()
  const caps = new Caps({ ...none, maxCallsPerSecond: 10, callBurst: 2 }, whole, ledger)
  caps.spend(load, 0)
  expect(caps.reachedCap(load)?.cap).toBeUndefined()
  caps.spend(load, 0)
  expect(caps.reachedCap(load)?.cap).toBe('rate')
})

test('where no further call can be counted, a limited destination gets none', () => {
  expect(reached({ maxLoad: 5 }, new Load(), whole, true)).toBe('counted')
  expect(reached({ maxPending: 5 }, new Load(), whole, true)).toBeUndefined()
})

test('of several workers each keeps its share: together they never have more than the cap', () => {
  const load = new Load()
  load.calls = 2
  expect(reached({ maxLoad: 5 }, load, { index: 0, count: 2 })).toBeUndefined()
  expect(reached({ maxLoad: 5 }, load, { index: 1, count: 2 })).toBe('calls')
  expect(reached({ maxLoad: 1 }, new Load(), { index: 1, count: 2 })).toBe('calls')
})
