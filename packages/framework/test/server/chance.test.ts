import { expect, test } from '@jest/globals'
import { systemChance } from '#src/server/chance.js'

test('every branch has the magic cookie and is unlike all others (§8.1.1.7)', () => {
  const branches = Array.from({ length: 10_000 }, () => systemChance.branch())
  expect(new Set(branches).size).toBe(10_000)
  for (const branch of branches) expect(branch).toMatch(/^z9hG4bK[0-9A-Za-z_-]{18}$/)
})

test('tags differ, and random is within [0, 1) (§19.3)', () => {
  expect(new Set(Array.from({ length: 1_000 }, () => systemChance.tag())).size).toBe(1_000)
  for (let draw = 0; draw < 1_000; draw++) {
    const value = systemChance.random()
    expect(value >= 0 && value < 1).toBe(true)
  }
})
