/** Rounds of runs: in each round every system at every rate, the systems directly after one another. */
import { type SystemUnderTest } from '../systems/system.js'
import { measureRun, secondsAround, type Run } from './run.js'
import { type Workload } from './workload.js'

export interface SeriesOptions {
  readonly systems: readonly SystemUnderTest[]
  readonly workload: Workload
  readonly rates: readonly number[]
  readonly rounds: number
  readonly seconds: number
  /** Told what each run gave, in one line. */
  readonly log: (line: string) => void
  /** The moment after which no further round is begun, in ms since the epoch. */
  readonly deadline: number
}

/** The runs of each round. A system that cannot carry a rate is asked for what it can carry, once. */
export async function series(options: SeriesOptions): Promise<readonly (readonly Run[])[]> {
  const { workload, rounds, seconds, log } = options
  const plan = planOf(options)
  const all: Run[][] = []
  for (let round = 1; round <= rounds; round++) {
    if (round > 1 && Date.now() + planSeconds(options) * 1_000 > options.deadline) {
      log(`time is up after ${round - 1} of ${rounds} rounds`)
      break
    }
    const runs: Run[] = []
    for (const { system, rate } of plan) {
      const run = await measureRun(system, { workload, rate, seconds })
      const verdict = run.void === undefined ? '' : ` (void: ${run.void})`
      const cost = `${run.microsecondsPerCall.toFixed(0)} µs/${workload.unit}`
      log(`round ${round}: ${run.system} at ${rate}/s: ${cost}${verdict}`)
      runs.push(run)
    }
    all.push(runs)
  }
  return all
}

/** How long all rounds take. */
export function seriesSeconds(
  options: Pick<SeriesOptions, 'systems' | 'workload' | 'rates' | 'rounds' | 'seconds'>,
): number {
  return options.rounds * planSeconds(options)
}

type Planned = Pick<SeriesOptions, 'systems' | 'workload' | 'rates'>

function planSeconds(options: Planned & Pick<SeriesOptions, 'seconds'>): number {
  return planOf(options).length * (options.seconds + secondsAround)
}

function planOf({
  systems,
  workload,
  rates,
}: Planned): { system: SystemUnderTest; rate: number }[] {
  const plan = rates.flatMap((rate) =>
    systems.map((system) => ({ system, rate: Math.min(rate, system.maxRate(workload)) })),
  )
  return plan.filter(
    ({ system, rate }, index) =>
      rate > 0 && plan.findIndex((each) => each.system === system && each.rate === rate) === index,
  )
}
