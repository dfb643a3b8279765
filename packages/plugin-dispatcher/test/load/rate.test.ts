import { expect, test } from '@jest/globals'
import { Rate } from '#src/load/rate.js'

/** The times at which calls pass that are asked for every `step` ms. */
function passed(perSecond: number, burst: number, step: number, until: number): number[] {
  const rate = new Rate()
  const times: number[] = []
  for (let now = 5_000; now < 5_000 + until; now += step) {
    if (rate.isSpent(perSecond, burst, now)) continue
    rate.spend(perSecond, burst, now)
    times.push(now - 5_000)
  }
  return times
}

test('after a pause the burst at once, then one per interval', () => {
  expect(passed(10, 3, 1, 400)).toEqual([0, 1, 2, 100, 200, 300])
  expect(passed(2, 1, 100, 2_000)).toEqual([0, 500, 1_000, 1_500])
})

test('over any time no more than the rate and one burst', () => {
  expect(passed(100, 20, 1, 10_000)).toHaveLength(1_019)
  expect(passed(0.5, 1, 50, 10_000)).toEqual([0, 2_000, 4_000, 6_000, 8_000])
})

test('calls that were sent in spite of it cost one full bucket at most', () => {
  const rate = new Rate()
  for (let n = 0; n < 1_000; n++) rate.spend(10, 5, 0)
  expect(rate.isSpent(10, 5, 99)).toBe(true)
  expect(rate.isSpent(10, 5, 100)).toBe(false)
})
