import { expect, test } from '@jest/globals'
import { spell } from '#src/message/spelling.js'

test('32 bits are six characters of a token, different for different numbers (§25.1)', () => {
  const words = [0, 1, 255, 256, 0xfff, 0x1000, 0xfffff, 0x100000, 0x7fff_ffff, 0xffff_ffff]
  const spelt = words.map(spell)
  for (const text of spelt) expect(text).toMatch(/^[A-Za-z0-9_-]{6}$/)
  expect(new Set(spelt).size).toBe(words.length)
})
