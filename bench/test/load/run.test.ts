import { expect, test } from '@jest/globals'
import { successfulAt, processesBetween } from '#src/load/run.js'

const sample = (at: number, successful: number) => ({
  ...{ at, successful, created: successful, failed: 0, retransmissions: 0 },
})

test('calls at a moment lie between two lines of the statistics, in proportion', () => {
  const samples = [sample(1_000, 0), sample(1_200, 100), sample(1_400, 300)]
  const at = [900, 1_000, 1_100, 1_200, 1_250, 1_400, 2_000]
  expect(at.map((each) => successfulAt(samples, each))).toEqual([0, 0, 50, 100, 150, 300, 300])
  expect(successfulAt([], 1_000)).toBe(0)
})

test('what ran is told by process, the busiest first; a thread that came later counts whole', () => {
  const task = (pid: number, tid: number, name: string, seconds: number) => ({
    ...{ pid, tid, name, nanoseconds: BigInt(seconds) * 1_000_000_000n },
  })
  const before = [task(1, 1, 'supervisor', 5), task(2, 2, 'worker', 1)]
  const after = [task(1, 1, 'supervisor', 6), task(2, 2, 'worker', 3), task(2, 3, 'gc', 2)]
  expect(processesBetween(before, after)).toEqual([
    { pid: 2, name: 'worker', seconds: 4 },
    { pid: 1, name: 'supervisor', seconds: 1 },
  ])
})
