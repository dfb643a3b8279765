import { expect, test } from '@jest/globals'
import { PeakEwma } from '#src/health/peak-ewma.js'

test('a slower sample counts at once, a faster one by 1 − 1/e after ten seconds', () => {
  const time = new PeakEwma()
  expect(time.at(0)).toBe(1)
  time.sample(20, 0)
  time.sample(200, 1)
  expect(time.at(1)).toBe(200)
  time.sample(20, 10_001)
  expect(time.at(10_001)).toBeCloseTo(20 + 180 / Math.E, 6)
})

test('what is old fades: whoever was left alone is tried again', () => {
  const time = new PeakEwma()
  time.sample(500, 0)
  expect(time.at(10_000)).toBeCloseTo(500 / Math.E, 6)
  expect(time.at(100_000)).toBe(1)
})
