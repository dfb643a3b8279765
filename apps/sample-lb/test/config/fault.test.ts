import { expect, test } from '@jest/globals'
import { formatFault, quote } from '#src/config/fault.js'

test('a fault is one line: file, line, column, key, what was found, what is expected', () => {
  const place = { file: 'lb.yaml', line: 12, column: 5 }
  const fault = { place, key: 'dispatcher.probe.interval', found: '"fast"', expected: 'a duration' }
  expect(formatFault(fault)).toBe(
    'lb.yaml:12:5 dispatcher.probe.interval: found "fast", expected a duration',
  )
})

test('a fault of the whole file names the file', () => {
  const fault = { place: { file: 'lb.yaml' }, key: '', found: 'nothing', expected: 'a file' }
  expect(formatFault(fault)).toBe('lb.yaml: found nothing, expected a file')
})

test.each([
  [undefined, 'nothing'],
  [null, 'null'],
  ['fast', '"fast"'],
  [5, '5'],
  [[], 'an empty list'],
  [[1], 'a list'],
  [{}, 'a map'],
])('%j is quoted as %s', (value, text) => {
  expect(quote(value)).toBe(text)
})

test('a long text is cut, and stays on one line', () => {
  expect(quote(`a\n${'b'.repeat(500)}`)).toMatch(/^"a\\nb{50,60}…$/)
})
