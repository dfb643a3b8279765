import { expect, test } from '@jest/globals'
import {
  fixedRatesTable,
  highestTable,
  workerShares,
  type WorkerRun,
} from '#src/measures/workers.js'

const run = (workers: number, seconds: readonly number[], why?: string): WorkerRun => ({
  ...{ system: 'sipwright', source: 'one port', workers, rate: 1_000, calls: 6_000, failed: 0 },
  ...{ retransmissions: 0, microsecondsPerCall: 250, busy: 1, generatorBusy: 0.5, void: why },
  ...{ how: undefined, round: 1, times: workers },
  processes: seconds.map((each, index) => ({ pid: index, name: 'node', seconds: each })),
})

test('the busiest processes are the workers; the rest are the others', () => {
  expect(workerShares(run(2, [5, 4, 1]), 2)).toEqual([0.5, 0.4, expect.closeTo(0.1)])
})

test('calls per CPU second and how evenly the workers share stand beside the cost', () => {
  const shared = { ...run(2, [5, 4, 1]), times: 1 }
  const { rows, voided } = fixedRatesTable([run(1, [5]), shared, { ...shared, void: 'late' }])
  expect(rows[0]).toEqual([
    ...['1, from one port', '1000', '250', '250–250', '4000', '1.00 (1.00–1.00)'],
    ...['100 %; others 0 %', '50 %', '1 of 1'],
  ])
  expect(rows[1]?.[5]).toBe('–')
  expect(rows[1]?.[6]).toBe('50 %, 40 %; others 10 %')
  expect(rows[1]?.[8]).toBe('1 of 2')
  expect(voided).toEqual(['2 workers from one port at 1000/s: late'])
})

test('what two workers carry is told by rounds in which each was as busy as the one', () => {
  const [one, two] = [run(1, [5]), { ...run(2, [5, 5]), rate: 2_000 }]
  const { rows } = fixedRatesTable([
    ...[one, { ...two, microsecondsPerCall: 275 }],
    ...[
      { ...one, round: 2, microsecondsPerCall: 300 },
      { ...two, round: 2 },
    ],
    ...[
      { ...one, round: 3, void: 'late' },
      { ...two, round: 3, microsecondsPerCall: 900 },
    ],
  ])
  expect(rows[2]?.slice(0, 2)).toEqual(['2, from one port', '2000'])
  expect(rows[2]?.[5]).toBe('2.11 (1.82–2.40)')
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
