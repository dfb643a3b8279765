import { expect, test } from '@jest/globals'
import { median, rowsOf, tableOf } from '#src/report.js'
import { type Run, whyVoid } from '#src/run.js'

const counts = { created: 100, successful: 100, failed: 0, retransmissions: 0 }
const run = (system: string, microsecondsPerCall: number, why?: string): Run => ({
  ...{ system, microsecondsPerCall, counts, callsPerSecond: 1_000, void: why },
})

test('the median of an even number is the mean of the two in the middle', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, NaN])
})

test('a ratio is taken within each round, and the median of the ratios is quoted', () => {
  const rounds = [
    [run('ours', 200), run('theirs', 100)],
    [run('ours', 450), run('theirs', 150)],
    [run('ours', 150), run('theirs', 150)],
  ]
  const [ours, theirs] = rowsOf(rounds, 'theirs')
  expect(ours).toMatchObject({ min: 150, median: 200, max: 450, ratio: 2, runs: 3 })
  expect(theirs?.ratio).toBe(1)
})

test('a void run counts nowhere and is named below the table', () => {
  const rows = rowsOf([[run('ours', 900, '3 of 100 calls failed'), run('theirs', 100)]], 'theirs')
  expect(rows[0]).toMatchObject({ ratio: undefined, voided: ['3 of 100 calls failed'] })
  expect(tableOf(rows, 'theirs')).toContain('void: ours: 3 of 100 calls failed')
})

test('a failed call, or more than one retransmission in a thousand calls, voids a run, and so does a generator that fell behind', () => {
  expect(whyVoid(counts, 100)).toBeUndefined()
  expect(whyVoid({ ...counts, successful: 99 }, 100)).toBe('1 of 100 calls failed')
  expect(whyVoid({ ...counts, retransmissions: 1 }, 100)).toBe('1 retransmissions in 100 calls')
  expect(whyVoid(counts, 200)).toBe('100 of 200 calls were made')
  expect(whyVoid(counts, 100, 1.5)).toBe('the generator took 1.50 times its time')
})
