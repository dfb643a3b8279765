import { expect, test } from '@jest/globals'
import { RateTable } from '#src/server/rate-table.js'

test('a burst at once, then the rate; what is refused says how long to wait and does not count', () => {
  const rates = new RateTable({ perSecond: 2, burst: 3, maxKeys: 10 })
  expect([1, 2, 3].map(() => rates.take('a', 0))).toEqual([0, 0, 0])
  expect(rates.take('a', 0)).toBeCloseTo(500, 0)
  expect(rates.take('a', 499)).toBeCloseTo(1, 0)
  expect(rates.take('a', 500)).toBe(0)
  expect(rates.take('b', 0)).toBe(0)
  let allowed = 0
  for (let now = 1_000; now < 11_000; now++) if (rates.take('a', now) === 0) allowed++
  expect(allowed).toBe(20)
})

test('what one would have to wait is told without counting', () => {
  const rates = new RateTable({ perSecond: 2, burst: 1, maxKeys: 10 })
  expect([rates.waitMs('a', 0), rates.waitMs('a', 0), rates.take('a', 0)]).toEqual([0, 0, 0])
  expect(rates.waitMs('a', 100)).toBeCloseTo(400, 0)
  expect([rates.waitMs('a', 500), rates.take('a', 500)]).toEqual([0, 0])
})

test('no more keys are kept than the bound says: who was quiet for longest is forgotten', () => {
  const rates = new RateTable({ perSecond: 0.001, burst: 1, maxKeys: 3 })
  for (const key of ['a', 'b', 'c', 'd']) expect(rates.take(key, 0)).toBe(0)
  expect(rates.size).toBe(3)
  expect(rates.take('d', 1)).toBeGreaterThan(0)
  expect(rates.take('a', 1)).toBe(0)
})
