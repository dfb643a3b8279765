/** What a measure is: one file in measures/, chosen by its name. */
import { type BenchOptions } from './command-line.js'
import { type Table } from './report/table.js'
import { type SystemUnderTest } from './systems/system.js'

/** What a measure is given. */
export interface Bench {
  readonly options: BenchOptions
  /** The systems that were asked for and can be started here, for measures under load. */
  readonly systems: readonly SystemUnderTest[]
  /** One line of progress. */
  readonly log: (line: string) => void
  /** The moment at which the whole benchmark should be over, in ms since the epoch. */
  readonly deadline: number
}

export interface Measure {
  readonly name: string
  /** One line for the help. */
  readonly what: string
  /** Whether it needs SIPp and the systems. */
  readonly underLoad: boolean
  /** How long it takes. */
  seconds(bench: Bench): number
  run(bench: Bench): Promise<readonly Table[]>
}

/** The rate of measures that take one: the second of those asked for, or the only one. */
export function oneRate({ rates }: BenchOptions): number {
  return rates[1] ?? rates[0] ?? 1_000
}
