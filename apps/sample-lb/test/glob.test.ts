import { expect, test } from '@jest/globals'
import { Glob } from '#src/glob.js'

test.each([
  ['2*', '2000', true],
  ['2*', '1200', false],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['1000', '1000', true],
  ['1000', '10001', false],
  ['*00', '1000', true],
  ['+49*', '+4930', true],
  ['a*b*c', 'axxbyyc', true],
  ['a*b*c', 'acb', false],
  ['ab*ba', 'aba', false],
  ['a**b', 'ab', true],
  ['.*', 'x', false],
])('%j matches %j: %s', (pattern, text, expected) => {
  expect(new Glob(pattern).matches(text)).toBe(expected)
})

test('a hostile text costs no more than its length', () => {
  const started = performance.now()
  expect(new Glob('*a*a*a*a*a*a*a*a*b').matches('a'.repeat(60_000))).toBe(false)
  expect(performance.now() - started).toBeLessThan(1_000)
})
