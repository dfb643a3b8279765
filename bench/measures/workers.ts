/**
 * One worker and two. On two processors the generator needs its share, so four things are told: CPU per call at a rate that is equal
 * in all and at one that is equal for each worker, how evenly they share it, and the highest rate that holds, with the
 * generator's load beside it.
 */
import { measureRun, secondsAround, type Run } from '../load/run.js'
import { searchRate, type Found } from '../load/step-search.js'
import { callsOfMany, callsOverUdp, type Workload } from '../load/workload.js'
import { oneRate, type Bench, type Measure } from '../measure.js'
import { type Table } from '../report/table.js'
import { median, spreadOf } from '../statistics.js'
import { sipwright } from '../systems/sipwright.js'

const workerCounts = [1, 2]
/** Workers, and how many times the rate of one they are given. */
const loads = [
  { workers: 1, times: 1 },
  { workers: 2, times: 1 },
  { workers: 2, times: 2 },
] as const
const searchSteps = 6
const searchSeconds = 3
const highestRate = 20_000

/** Where the calls come from. */
const sources: readonly (readonly [string, Workload])[] = [
  ['one port', callsOverUdp],
  ['many ports', callsOfMany],
]

export const workers: Measure = {
  name: 'workers',
  what: 'one worker and two: CPU per call, how they share it, the highest rate',
  underLoad: true,
  seconds: ({ options }) =>
    loads.length * sources.length * options.rounds * (options.seconds + secondsAround) +
    workerCounts.length * searchSteps * (searchSeconds + secondsAround),
  async run(bench) {
    return [await fixedRates(bench), await highest(bench)]
  },
}

async function fixedRates({ options, log }: Bench): Promise<Table> {
  const runs: WorkerRun[] = []
  for (let round = 1; round <= options.rounds; round++) {
    for (const [source, workload] of sources) {
      for (const { workers: count, times } of loads) {
        const rate = times * oneRate(options)
        const run = await measureRun(sipwright, {
          ...{ workload, rate, seconds: options.seconds, workers: count, pinned: false },
        })
        log(`round ${round}: ${count} workers, ${source}, at ${rate}/s: ${told(run)}`)
        runs.push({ ...run, source, round, workers: count, times })
      }
    }
  }
  return fixedRatesTable(runs)
}

/** A run, and how many workers shared it. */
export interface WorkerRun extends Run {
  readonly source: string
  readonly round: number
  readonly workers: number
  /** How many times the rate of one worker they were given. */
  readonly times: number
}

/** One row per load and kind of source. */
export function fixedRatesTable(runs: readonly WorkerRun[]): Table {
  const rows = sources.flatMap(([source]) =>
    loads.map(({ workers: count, times }) => {
      const all = runs.filter(
        (run) => run.source === source && run.workers === count && run.times === times,
      )
      const counting = all.filter((run) => run.void === undefined)
      const cost = spreadOf(counting.map((run) => run.microsecondsPerCall))
      const shares = counting.map((run) => workerShares(run, count))
      return [
        ...[`${count}, from ${source}`, String(all[0]?.rate ?? '–')],
        cost === undefined ? '–' : cost.median.toFixed(0),
        cost === undefined ? '–' : `${cost.min.toFixed(0)}–${cost.max.toFixed(0)}`,
        // What one worker's processor could carry if nothing else ran there.
        cost === undefined ? '–' : (1e6 / cost.median).toFixed(0),
        count === times ? timesOfOne(counting, runs) : '–',
        shares.length === 0 ? '–' : shareText(shares, count),
        percent(median(counting.map((run) => run.generatorBusy))),
        `${counting.length} of ${all.length}`,
      ]
    }),
  )
  return {
    title: 'Workers at fixed rates',
    columns: [
      ...['workers', 'calls/s', 'µs/call', 'min–max', 'calls per CPU second', '× 1 worker'],
      ...['share of each process', 'generator', 'runs that count'],
    ],
    rows,
    notes: [
      'Nothing is pinned: workers and generator share the processors. µs/call is of the whole process tree.',
      '× 1 worker: what n workers carry on n processors of their own, each as busy as the one beside which it is measured: n times the ratio of the costs, within a round; median, least and greatest.',
    ],
    voided: runs.flatMap((run) =>
      run.void === undefined
        ? []
        : [`${run.workers} workers from ${run.source} at ${run.rate}/s: ${run.void}`],
    ),
    figures: runs,
  }
}

/** What runs of n workers carry beside those of one in the same rounds. */
function timesOfOne(counting: readonly WorkerRun[], runs: readonly WorkerRun[]): string {
  const carried = spreadOf(
    counting.flatMap((run) => {
      const one = runs.find(
        ({ workers: count, source, round }) =>
          count === 1 && source === run.source && round === run.round,
      )
      if (one === undefined || one.void !== undefined) return []
      return [(run.workers * one.microsecondsPerCall) / run.microsecondsPerCall]
    }),
  )
  if (carried === undefined) return '–'
  const [middle, least, most] = [carried.median, carried.min, carried.max]
  return `${middle.toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)})`
}

async function highest({ options, log }: Bench): Promise<Table> {
  const found: { workers: number; found: Found<Run> }[] = []
  for (const count of workerCounts) {
    const result = await searchRate(
      { from: oneRate(options), upTo: highestRate, steps: searchSteps },
      async (rate) => {
        const seconds = searchSeconds
        const load = { workload: callsOfMany, rate, seconds, workers: count, pinned: false }
        const run = await measureRun(sipwright, load)
        log(`${count} workers at ${rate}/s: ${told(run)}`)
        return run
      },
      (run) => run.void === undefined,
    )
    found.push({ workers: count, found: result })
  }
  return highestTable(found)
}

/** One row per number of workers. */
export function highestTable(
  figures: readonly { readonly workers: number; readonly found: Found<Run> }[],
): Table {
  const one = figures[0]?.found.held?.rate
  return {
    title: 'Workers at the highest rate that holds',
    columns: ['workers', 'calls/s', '× 1 worker', 'system', 'generator', 'what stopped it'],
    rows: figures.map(({ workers: count, found: { held, failed } }) => [
      ...[String(count), held === undefined ? '–' : String(held.rate)],
      held === undefined || one === undefined ? '–' : (held.rate / one).toFixed(2),
      ...(held === undefined
        ? ['–', '–']
        : [percent(held.result.busy), percent(held.result.generatorBusy)]),
      failed === undefined ? '–' : `${failed.rate}/s: ${failed.result.void ?? ''}`,
    ]),
    notes: [
      'Calls from many ports; a rate holds when the run counts. Where system and generator together use all processors, it is the machine that ends, not the workers.',
    ],
    voided: [],
    figures,
  }
}

/** The CPU of the busiest processes, as shares of the whole: the workers, then all others together. */
export function workerShares({ processes }: Run, count: number): readonly number[] {
  const total = processes.reduce((sum, { seconds }) => sum + seconds, 0)
  const busiest = processes.slice(0, count).map(({ seconds }) => seconds / total)
  return [...busiest, 1 - busiest.reduce((sum, share) => sum + share, 0)]
}

function shareText(shares: readonly (readonly number[])[], count: number): string {
  const middle = Array.from({ length: count + 1 }, (_, at) =>
    median(shares.map((each) => each[at] ?? NaN)),
  )
  return `${middle.slice(0, count).map(percent).join(', ')}; others ${percent(middle[count]!)}`
}

function told(run: Run): string {
  return run.void === undefined
    ? `${run.microsecondsPerCall.toFixed(0)} µs/call`
    : `void: ${run.void}`
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(Math.abs(share) * 100).toFixed(0)} %` : '–'
}
