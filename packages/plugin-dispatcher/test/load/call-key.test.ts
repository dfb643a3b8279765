import { expect, test } from '@jest/globals'
import { callKey, tagNumber } from '#src/load/call-key.js'

test('Call-ID and tag make the key, and neither can be taken for the other', () => {
  expect(callKey('a', 'b')).toBe(callKey('a', 'b'))
  expect(callKey('a', 'b')).not.toBe(callKey('ab', ''))
  expect(callKey('a')).toBe(callKey('a', ''))
})

test('however long a stranger makes them, the key is short', () => {
  const long = callKey('x'.repeat(10_000), 'y')
  expect(long).toHaveLength(43)
  expect(long).not.toBe(callKey('x'.repeat(10_000), 'z'))
})

test('tags become numbers that V8 keeps without an object', () => {
  const numbers = Array.from({ length: 1_000 }, (_, n) => tagNumber(`tag-${n}`))
  expect(new Set(numbers).size).toBe(1_000)
  for (const number of numbers) expect(number).toBe(number & 0x3fffffff)
})
