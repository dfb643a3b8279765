import { expect, test } from '@jest/globals'
import {
  equalRateTable,
  highestTable,
  workerShares,
  type WorkerRun,
} from '#src/measures/workers.js'

const run = (workers: number, seconds: readonly number[], why?: string): WorkerRun => ({
  ...{ system: 'sipwright', source: 'one port', workers, rate: 1_000, calls: 6_000, failed: 0 },
  ...{ retransmissions: 0, microsecondsPerCall: 250, busy: 1, generatorBusy: 0.5, void: why },
  ...{ how: undefined },
  processes: seconds.map((each, index) => ({ pid: index, name: 'node', seconds: each })),
})

test('the busiest processes are the workers; the rest are the others', () => {
  expect(workerShares(run(2, [5, 4, 1]), 2)).toEqual([0.5, 0.4, expect.closeTo(0.1)])
})

test('calls per CPU second and how evenly the workers share stand beside the cost', () => {
  const { rows, voided } = equalRateTable([run(1, [5]), run(2, [5, 4, 1]), run(2, [5], 'late')])
  expect(rows[0]).toEqual([
    '1, from one port',
    '1000',
    '250',
    '250–250',
    '4000',
    '100 %; others 0 %',
    '50 %',
    '1 of 1',
  ])
  expect(rows[1]?.[5]).toBe('50 %, 40 %; others 10 %')
  expect(rows[1]?.[7]).toBe('1 of 2')
  expect(voided).toEqual(['2 workers from one port: late'])
})

test('the highest rate is told with its ratio to one worker and what stopped it', () => {
  const { rows } = highestTable([
    { workers: 1, found: { held: { rate: 2_000, result: run(1, [5]) }, failed: undefined } },
    {
      workers: 2,
      found: {
        held: { rate: 3_000, result: run(2, [5, 5]) },
        failed: { rate: 4_500, result: run(2, [5, 5], '9 of 100 calls failed') },
      },
    },
  ])
  expect(rows[0]).toEqual(['1', '2000', '1.00', '100 %', '50 %', '–'])
  expect(rows[1]).toEqual(['2', '3000', '1.50', '100 %', '50 %', '4500/s: 9 of 100 calls failed'])
})
