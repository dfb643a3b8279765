/** From runs to a table and to the ratios, which hold where figures move with the machine. */
import { cpus } from 'node:os'
import { type Run } from './run.js'

export interface Row {
  readonly system: string
  readonly callsPerSecond: number
  readonly runs: number
  readonly voided: readonly string[]
  /** CPU µs per call; undefined when no run counts. */
  readonly min: number | undefined
  readonly median: number | undefined
  readonly max: number | undefined
  /** Median of the ratios to the reference in the same round; undefined without one. */
  readonly ratio: number | undefined
}

/** One row per system and rate. `rounds` holds the runs of each round. */
export function rowsOf(rounds: readonly (readonly Run[])[], reference: string): readonly Row[] {
  const kinds = new Map<string, Run>()
  for (const run of rounds.flat()) kinds.set(`${run.callsPerSecond} ${run.system}`, run)
  return [...kinds.values()].map(({ system, callsPerSecond }) => {
    const same = (run: Run): boolean =>
      run.system === system && run.callsPerSecond === callsPerSecond
    const all = rounds.flat().filter(same)
    const figures = all
      .filter((run) => run.void === undefined)
      .map((run) => run.microsecondsPerCall)
    const ratios = rounds.flatMap((round) => {
      const own = round.find((run) => same(run) && run.void === undefined)
      const other = round.find(
        (run) =>
          run.system === reference &&
          run.callsPerSecond === callsPerSecond &&
          run.void === undefined,
      )
      if (own === undefined || other === undefined) return []
      return [own.microsecondsPerCall / other.microsecondsPerCall]
    })
    return {
      system,
      callsPerSecond,
      runs: all.length,
      voided: all.flatMap((run) => (run.void === undefined ? [] : [run.void])),
      min: figures.length === 0 ? undefined : Math.min(...figures),
      median: figures.length === 0 ? undefined : median(figures),
      max: figures.length === 0 ? undefined : Math.max(...figures),
      ratio: ratios.length === 0 ? undefined : median(ratios),
    }
  })
}

/** The middle of the values; the mean of the two middle ones of an even number; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle] ?? NaN
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** A Markdown table, so that it can go into docs/performance.md as it is. */
export function tableOf(rows: readonly Row[], reference: string): string {
  const [cpu] = cpus()
  const lines = rows.map((row) =>
    [
      row.callsPerSecond,
      row.system,
      ...[row.min, row.median, row.max].map((figure) => figure?.toFixed(0) ?? '–'),
      row.ratio?.toFixed(2) ?? '–',
      `${row.runs - row.voided.length} of ${row.runs}`,
    ].join(' | '),
  )
  const voided = rows.flatMap(({ system, voided }) =>
    voided.map((why) => `void: ${system}: ${why}`),
  )
  return [
    `${cpu?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}`,
    '',
    `| calls/s | system | µs/call min | median | max | × ${reference} | runs that count |`,
    '|---|---|---|---|---|---|---|',
    ...lines.map((line) => `| ${line} |`),
    ...(voided.length === 0 ? [] : ['', ...voided]),
  ].join('\n')
}
