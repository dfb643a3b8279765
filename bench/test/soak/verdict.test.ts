import { expect, test } from '@jest/globals'
import { soakTable } from '#src/soak/report.js'
import { type SoakSample, trendsOf } from '#src/soak/verdict.js'

/** A look every ten seconds for half an hour. */
const looks = (value: (at: number, index: number) => number): readonly SoakSample[] =>
  Array.from({ length: 180 }, (_, index) => ({
    at: index * 10,
    values: { resident: value(index * 10, index) },
  }))
const verdictOn = (value: (at: number, index: number) => number) => trendsOf(looks(value), 300)[0]

test('what does not change, or only swings about its level, is flat', () => {
  expect(verdictOn(() => 1e8)).toMatchObject({ verdict: 'flat', perHour: 0, samples: 150 })
  expect(verdictOn((_, index) => 1e8 + (index % 7) * 1e5)?.verdict).toBe('flat')
})

test('what grows steadily is not, however it rose in the warm-up', () => {
  const trend = verdictOn((at) => 1e8 + (at < 300 ? at * 1e6 : 3e8 + at * 10_000))
  expect(trend?.verdict).toBe('not flat')
  expect(trend?.perHour).toBeCloseTo(0.088, 2)
})

test('a rise within the warm-up does not count', () => {
  expect(verdictOn((at) => (at < 300 ? at : 300) * 1e6)?.verdict).toBe('flat')
})

test('too few looks, or too much noise, is unclear', () => {
  expect(trendsOf(looks(() => 1).slice(0, 32), 300)[0]?.verdict).toBe('unclear')
  expect(verdictOn((_, index) => 1e8 + (index % 7) * 4e7)?.verdict).toBe('unclear')
})

test('a call that failed voids a soak, and more than one retransmission in a thousand calls', () => {
  const counts = { created: 100, successful: 99, retransmissions: 0 }
  expect(soakTable([], counts, 100).voided).toEqual([
    '1 of 100 calls failed or were not made (100 made)',
  ])
  expect(soakTable([], { ...counts, successful: 100 }, 100).voided).toEqual([])
  const resent = { created: 1_000, successful: 1_000, retransmissions: 2 }
  expect(soakTable([], resent, 1_000).voided).toEqual(['2 retransmissions in 1000 calls'])
})
