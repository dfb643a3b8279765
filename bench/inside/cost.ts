/** CPU nanoseconds per operation, in this process. */
import { spreadOf, type Spread } from '../statistics.js'

export interface CostOptions {
  /** Batches that are measured, after some that warm up. */
  readonly batches: number
  /** CPU time that one batch should take. */
  readonly batchMs: number
}

/**
 * What one operation costs: `run` does it `times` times. CPU time of the whole process, so that the collector's and the
 * compiler's threads count; the spread is over the batches.
 */
export function costOf(run: (times: number) => void, { batches, batchMs }: CostOptions): Spread {
  // First for the compiler, which needs some batches to make up its mind; then to find out how many fill one.
  for (let batch = 0; batch < warmUpBatches; batch++) timesFor(run, batchMs)
  const times = timesFor(run, batchMs)
  const costs = Array.from({ length: batches }, () => nanoseconds(run, times) / times)
  return spreadOf(costs) ?? { min: NaN, median: NaN, max: NaN }
}

const warmUpBatches = 3

/** CPU time of one call of `run`. */
export function nanoseconds(run: (times: number) => void, times: number): number {
  const before = process.cpuUsage()
  run(times)
  const { user, system } = process.cpuUsage(before)
  return (user + system) * 1_000
}

/** So many that a batch takes its time. */
function timesFor(run: (times: number) => void, batchMs: number): number {
  for (let times = 16; ; times *= 2) {
    const took = nanoseconds(run, times) / 1e6
    if (took >= batchMs || times >= 1 << 28)
      return Math.max(1, Math.round((times * batchMs) / Math.max(took, batchMs / 8)))
  }
}
