import { expect, test } from '@jest/globals'
import { formatMs, formatShare, formatSince, formatSpan } from '#src/browser/format.js'

test('spans are told in their two largest units', () => {
  expect([0, 40_000, 724_000, 3_600_000, 266_400_000].map(formatSpan)).toEqual([
    ...['0s', '40s', '12m 4s', '1h', '3d 2h'],
  ])
  expect(formatSince('1970-01-01T00:00:00.000Z', 61_000)).toBe('1m 1s')
})

test('what cannot be counted is a dash', () => {
  expect([formatShare(undefined), formatShare(0.614)]).toEqual(['–', '61 %'])
  expect([formatMs(0), formatMs(0.42), formatMs(41.3)]).toEqual(['–', '0.4 ms', '41 ms'])
})
