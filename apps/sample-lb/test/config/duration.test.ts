import { expect, test } from '@jest/globals'
import { duration, durationOrOff, formatDuration, parseDuration } from '#src/config/duration.js'

test.each([
  ['500ms', 500],
  ['2s', 2_000],
  ['5m', 300_000],
  ['1h', 3_600_000],
  ['0s', 0],
])('%s is %i milliseconds', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
  expect(duration.parse(text)).toBe(ms)
})

test.each(['', '5', 's', '-1s', '1.5s', '5 s', '5S', '1d', '1s1s', '9999999999ms'])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toBeUndefined()
    expect(duration.safeParse(text).success).toBe(false)
  },
)

test('0 switches off where the key says so', () => {
  expect(durationOrOff.parse(0)).toBe(0)
  expect(durationOrOff.parse('3s')).toBe(3_000)
  expect(durationOrOff.safeParse(1).success).toBe(false)
})

test.each([
  [0, '0'],
  [500, '500ms'],
  [90_000, '90s'],
  [120_000, '2m'],
  [7_200_000, '2h'],
])('%i milliseconds are written %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
