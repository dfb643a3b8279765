import { expect, test } from '@jest/globals'
import { kolmogorovSmirnov } from './asking-users.js'

const upTo = (count: number, from = 0) => Array.from({ length: count }, (_, index) => from + index)

test('two samples of one distribution are likely, two that lie apart are not (Kolmogorov–Smirnov)', () => {
  expect(kolmogorovSmirnov(upTo(100), upTo(100))).toBe(1)
  expect(kolmogorovSmirnov([1, 1, 1, 2], [1, 1, 2, 2])).toBeGreaterThan(0.9)
  expect(kolmogorovSmirnov(upTo(100), upTo(100, 100))).toBeLessThan(1e-9)
  // A distance of 0.2 between a hundred each: λ = (√50 + 0.12 + 0.11/√50) · 0.2 = 1.4413, p = 2·(e^(−2λ²) − e^(−8λ²) + …).
  expect(kolmogorovSmirnov(upTo(100), upTo(100, 20))).toBeCloseTo(0.0314, 3)
})
