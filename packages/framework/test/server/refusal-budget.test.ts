import { expect, test } from '@jest/globals'
import { isInProportion, RefusalBudget } from '#src/server/refusal-budget.js'

/** How many of so many the budget allows. */
function allowed(budget: RefusalBudget, address: string, count: number, now: number): number {
  return Array.from({ length: count }, () => budget.allows(address, now)).filter(Boolean).length
}

test('ten a second for each network, twice as many at once (security.md §3 row 14)', () => {
  const budget = new RefusalBudget(10)
  expect(allowed(budget, '198.51.100.7', 100, 5_000)).toBe(20)
  expect(allowed(budget, '198.51.100.8', 1, 5_000)).toBe(0)
  expect(allowed(budget, '198.51.101.7', 1, 5_000)).toBe(1)
  let sent = 0
  for (let now = 5_001; now <= 15_000; now++) sent += allowed(budget, '198.51.100.9', 3, now)
  expect(sent).toBe(100)
})

test('a network of IPv6 is a /64', () => {
  const budget = new RefusalBudget(1)
  expect(allowed(budget, '2001:db8:1:2::1', 5, 0)).toBe(2)
  expect(allowed(budget, '2001:db8:1:2:ffff::9', 5, 0)).toBe(0)
  expect(allowed(budget, '2001:db8:1:3::1', 5, 0)).toBe(2)
})

test('0 is no bound', () => {
  expect(allowed(new RefusalBudget(0), '198.51.100.7', 1_000, 0)).toBe(1_000)
})

test('what is remembered is bounded, and the networks of late are those remembered', () => {
  const budget = new RefusalBudget(1)
  expect(allowed(budget, '203.0.113.1', 5, 0)).toBe(2)
  for (let n = 0; n < 70_000; n++) {
    const address = `${1 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}.1`
    allowed(budget, address, 1, 0)
  }
  expect(allowed(budget, '2.17.111.1', 5, 0)).toBe(1)
  expect(allowed(budget, '203.0.113.1', 5, 0)).toBe(2)
})

test('a refusal is two and a half times as large as its request at most (security.md §5 G11)', () => {
  expect(isInProportion(100, 250)).toBe(true)
  expect(isInProportion(100, 251)).toBe(false)
})
