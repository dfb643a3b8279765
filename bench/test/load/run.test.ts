import { expect, test } from '@jest/globals'
import { successfulAt, threadsBetween } from '#src/load/run.js'

const sample = (at: number, successful: number) => ({
  ...{ at, successful, created: successful, failed: 0, retransmissions: 0 },
})

test('calls at a moment lie between two lines of the statistics, in proportion', () => {
  const samples = [sample(1_000, 0), sample(1_200, 100), sample(1_400, 300)]
  const at = [900, 1_000, 1_100, 1_200, 1_250, 1_400, 2_000]
  expect(at.map((each) => successfulAt(samples, each))).toEqual([0, 0, 50, 100, 150, 300, 300])
  expect(successfulAt([], 1_000)).toBe(0)
})

test('what a thread ran is told by thread, the busiest first; one that came later counts whole', () => {
  const task = (tid: number, name: string, nanoseconds: bigint) => ({
    pid: 1,
    tid,
    name,
    nanoseconds,
  })
  const before = [task(1, 'main', 5_000_000_000n), task(2, 'gc', 1_000_000_000n)]
  const after = [task(1, 'main', 6_000_000_000n), task(2, 'gc', 1_000_000_000n)]
  expect(threadsBetween(before, [...after, task(3, 'worker', 2_000_000_000n)])).toEqual([
    { name: 'worker', seconds: 2 },
    { name: 'main', seconds: 1 },
    { name: 'gc', seconds: 0 },
  ])
})
