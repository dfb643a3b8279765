import { expect, test } from '@jest/globals'
import { Flood } from '#src/flood.js'

test('a source may send as many as the threshold in each window (security.md §3 row 4)', () => {
  const flood = new Flood({ threshold: 300, windowMs: 2_000 })
  const over = (count: number, now: number): number =>
    Array.from({ length: count }, () => flood.exceeds('192.0.2.1', now)).filter(Boolean).length
  expect(over(300, 0)).toBe(0)
  expect(over(5, 1_999)).toBe(5)
  expect(flood.exceeds('192.0.2.2', 1_999)).toBe(false)
  expect(over(300, 2_000)).toBe(0)
})
