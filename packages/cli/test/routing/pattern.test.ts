import { expect, test } from '@jest/globals'
import { globOf, plainPattern, statusesOf } from '#src/routing/pattern.js'

test('plain patterns are taken over, others are not', () => {
  for (const pattern of ['friendly|scanner', '^[0-9]+$', '^\\+49', '[5-6]..', 'a\\.b']) {
    expect(plainPattern(pattern)).toBe(pattern)
  }
  for (const pattern of ['(a+)+', 'a*b*c*', '\\d', '[[:digit:]]', '(?=a)', '(', '', 'ü', 'a\nb']) {
    expect(plainPattern(pattern)).toBeUndefined()
  }
})

test('statuses of a pattern, as ranges', () => {
  expect(statusesOf('500|503')).toEqual([
    [500, 500],
    [503, 503],
  ])
  expect(statusesOf('[5-6]..')).toEqual([[500, 699]])
  expect(statusesOf('408')).toEqual([[408, 408]])
})

test('a pattern on the user as lb.yaml writes it', () => {
  expect(globOf('^2')).toBe('2*')
  expect(globOf('^2$')).toBe('2')
  expect(globOf('^2.*')).toBe('2*')
  expect(globOf('99$')).toBe('*99')
  expect(globOf('^\\+49')).toBe('+49*')
  expect(globOf('^[0-9]')).toBeUndefined()
  expect(globOf('^1|2')).toBeUndefined()
  expect(globOf('^1.3')).toBeUndefined()
})
