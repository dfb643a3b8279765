import { expect, test } from '@jest/globals'
import { kept } from '#src/message/kept.js'

test('a kept text equals the text, whatever its length and octets', () => {
  for (const text of ['', 'z', 'twelve chars', 'thirteen char', `z9hG4bK${'\xe9'.repeat(300)}`]) {
    expect(kept(text)).toBe(text)
  }
})
