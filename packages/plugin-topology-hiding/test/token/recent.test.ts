import { expect, test } from '@jest/globals'
import { Recent } from '#src/token/recent.js'

test('what was asked for lately is there, and no more than twice the room is kept', () => {
  const recent = new Recent(100)
  for (let index = 0; index < 1_000; index++) {
    recent.set(`key ${index}`, `value ${index}`)
    expect(recent.get('key 0')).toBe('value 0')
  }
  const keys = Array.from({ length: 1_000 }, (_, index) => `key ${index}`)
  expect(recent.get('key 999')).toBe('value 999')
  const kept = keys.filter((key) => recent.get(key) !== undefined)
  expect(kept.length).toBeGreaterThanOrEqual(100)
  expect(kept.length).toBeLessThanOrEqual(200)
})
