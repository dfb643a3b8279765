/** What measures under load have in common: a series of runs becomes a table. */
import { series, seriesSeconds } from '../load/series.js'
import { type Workload } from '../load/workload.js'
import { type Bench } from '../measure.js'
import { loadTable } from './load-table.js'
import { type Table } from './table.js'
import { kamailio } from '../systems/kamailio.js'

/** One workload, at some rates, on every system that can do it. */
export interface Load {
  readonly title: string
  readonly workload: Workload
  readonly rates: readonly number[]
  readonly notes?: readonly string[]
}

/** How long the loads take together. */
export function loadSeconds(loads: readonly Load[], { options, systems }: Bench): number {
  return loads.reduce(
    (sum, { workload, rates }) => sum + seriesSeconds({ ...options, systems, workload, rates }),
    0,
  )
}

/** One table per load. */
export async function loadTables(
  loads: readonly Load[],
  { options, systems, log, deadline }: Bench,
): Promise<readonly Table[]> {
  const tables: Table[] = []
  for (const { title, workload, rates, notes = [] } of loads) {
    log(title)
    const rounds = await series({ ...options, systems, log, deadline, workload, rates })
    const { unit } = workload
    tables.push(loadTable(rounds, { title, unit, reference: kamailio.name, notes }))
  }
  return tables
}
