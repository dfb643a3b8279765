import { expect, test } from '@jest/globals'
import { type Run } from '#src/load/run.js'
import { loadTable, rowsOf } from '#src/report/load-table.js'

const run = (system: string, microsecondsPerCall: number, why?: string): Run => ({
  ...{ system, microsecondsPerCall, rate: 1_000, void: why, processes: [], how: undefined },
  ...{ calls: 6_000.4, failed: 0, retransmissions: 2, busy: 0.3, generatorBusy: 0.4 },
})
const options = { title: 'Calls', unit: 'call', reference: 'theirs' }

test('a ratio is taken within each round; the median of the ratios is quoted, with the least and the greatest', () => {
  const rounds = [
    [run('ours', 200), run('theirs', 100)],
    [run('ours', 450), run('theirs', 150)],
    [run('ours', 150), run('theirs', 150)],
  ]
  const [ours, theirs] = rowsOf(rounds, 'theirs')
  expect(ours).toMatchObject({ cost: { min: 150, median: 200, max: 450 }, runs: 3 })
  expect(ours?.ratio).toEqual({ min: 1, median: 2, max: 3 })
  expect(theirs?.ratio?.median).toBe(1)
})

test('a row counts calls, failures and retransmissions over the runs that count', () => {
  const [row] = rowsOf([[run('ours', 200)], [run('ours', 300)], [run('ours', 1, 'late')]], 'theirs')
  expect(row).toMatchObject({ calls: 12_001, failed: 0, retransmissions: 4, runs: 3 })
})

test('a void run counts nowhere and is named below the table', () => {
  const rounds = [[run('ours', 900, '3 of 100 calls failed'), run('theirs', 100)]]
  const table = loadTable(rounds, options)
  expect(table.rows[0]).toEqual(['ours', '1000', '–', '–', '–', '–', '0', '0', '0', '–', '0 of 1'])
  expect(table.voided).toEqual(['ours at 1000/s: 3 of 100 calls failed'])
})

test('without the reference there are figures and no ratios', () => {
  const [row] = loadTable([[run('ours', 200)]], options).rows
  expect(row?.slice(0, 6)).toEqual(['ours', '1000', '200', '200–200', '–', '–'])
})

test('what a system said of its way to the network stands below the table, once', () => {
  const native = { ...run('ours', 200), how: 'udp: native batches' }
  expect(loadTable([[native], [native, run('theirs', 100)]], options).notes).toEqual([
    'ours: udp: native batches.',
  ])
})
