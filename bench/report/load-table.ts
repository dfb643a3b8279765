/** From runs to a table and to the ratios, which hold where figures move with the machine. */
import { type Run } from '../load/run.js'
import { spreadOf, type Spread } from '../statistics.js'
import { type Table } from './table.js'

export interface Row {
  readonly system: string
  readonly rate: number
  readonly runs: number
  readonly voided: readonly string[]
  /** Sums over the runs that count. */
  readonly calls: number
  readonly failed: number
  readonly retransmissions: number
  /** CPU µs per call; undefined when no run counts. */
  readonly cost: Spread | undefined
  /** To the reference in the same round; undefined without one. */
  readonly ratio: Spread | undefined
  /** Processors' worth that the load generators used. */
  readonly generatorBusy: Spread | undefined
}

/** One row per rate and system. `rounds` holds the runs of each round; ratios are taken within a round. */
export function rowsOf(rounds: readonly (readonly Run[])[], reference: string): readonly Row[] {
  const kinds = new Map<string, Run>()
  for (const run of rounds.flat()) kinds.set(`${run.rate} ${run.system}`, run)
  return [...kinds.values()].map(({ system, rate }) => {
    const same = (run: Run): boolean => run.system === system && run.rate === rate
    const all = rounds.flat().filter(same)
    const counting = all.filter(counts)
    const ratios = rounds.flatMap((round) => {
      const own = round.find((run) => same(run) && counts(run))
      const other = round.find(
        (run) => run.system === reference && run.rate === rate && counts(run),
      )
      if (own === undefined || other === undefined) return []
      return [own.microsecondsPerCall / other.microsecondsPerCall]
    })
    const sum = (of: (run: Run) => number): number =>
      counting.reduce((total, run) => total + of(run), 0)
    return {
      ...{ system, rate, runs: all.length },
      voided: all.flatMap((run) => (run.void === undefined ? [] : [run.void])),
      calls: Math.round(sum((run) => run.calls)),
      failed: sum((run) => run.failed),
      retransmissions: sum((run) => run.retransmissions),
      cost: spreadOf(counting.map((run) => run.microsecondsPerCall)),
      ratio: spreadOf(ratios),
      generatorBusy: spreadOf(counting.map((run) => run.generatorBusy)),
    }
  })
}

export interface LoadTableOptions {
  readonly title: string
  readonly unit: string
  /** The name of the system that the others are compared with. */
  readonly reference: string
  readonly notes?: readonly string[]
}

/** The table of a series. */
export function loadTable(
  rounds: readonly (readonly Run[])[],
  { title, unit, reference, notes = [] }: LoadTableOptions,
): Table {
  const rows = rowsOf(rounds, reference)
  return {
    title,
    columns: [
      ...['system', `${unit}s/s`, `µs/${unit}`, 'min–max', `× ${reference}`, 'min–max'],
      ...[`${unit}s`, 'failed', 'resent', 'generator', 'runs that count'],
    ],
    rows: rows.map((row) => [
      row.system,
      String(row.rate),
      row.cost?.median.toFixed(0) ?? '–',
      range(row.cost, 0),
      row.ratio?.median.toFixed(2) ?? '–',
      range(row.ratio, 2),
      String(row.calls),
      String(row.failed),
      String(row.retransmissions),
      row.generatorBusy === undefined ? '–' : `${(row.generatorBusy.median * 100).toFixed(0)} %`,
      `${row.runs - row.voided.length} of ${row.runs}`,
    ]),
    notes: [...notes, ...waysOf(rounds.flat())],
    voided: rows.flatMap(({ system, rate, voided }) =>
      voided.map((why) => `${system} at ${rate}/s: ${why}`),
    ),
    figures: rounds,
  }
}

/** What each system said of itself, once. */
function waysOf(runs: readonly Run[]): readonly string[] {
  const ways = runs.flatMap(({ system, how }) => (how === undefined ? [] : [`${system}: ${how}.`]))
  return [...new Set(ways)]
}

function counts(run: Run): boolean {
  return run.void === undefined
}

function range(spread: Spread | undefined, digits: number): string {
  return spread === undefined ? '–' : `${spread.min.toFixed(digits)}–${spread.max.toFixed(digits)}`
}
