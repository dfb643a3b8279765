/** Failovers in the log: the first of a destination at once, then one line per second with their number. */
import { type Log } from '@sipwright/framework'

const quietMs = 1_000

interface Tally {
  reportedAt: number
  unreported: number
}

/** A dead backend at full load makes hundreds of failovers a second; the log gets one line of them. */
export class FailoverReport {
  /** By destination: as many as are configured. */
  readonly #tallies = new Map<string, Tally>()
  readonly #log: Log
  /** All failovers since the start. */
  total = 0

  constructor(log: Log) {
    this.#log = log
  }

  /** A request left `destination` for the next one, because of `cause`. */
  add(destination: string, cause: string, now: number): void {
    this.total++
    const tally = this.#tallies.get(destination)
    if (tally !== undefined && now - tally.reportedAt < quietMs) {
      tally.unreported++
      return
    }
    const count = 1 + (tally?.unreported ?? 0)
    this.#tallies.set(destination, { reportedAt: now, unreported: 0 })
    this.#log.warn({ destination, cause, count }, 'failover to the next destination')
  }
}
