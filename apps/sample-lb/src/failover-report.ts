/** Failed attempts in the log: the first of a destination at once, then one line per second with their number. */
import { type Log } from '@sipwright/framework'

const quietMs = 1_000

interface Tally {
  reportedAt: number
  unreported: number
}

/** A dead backend at full load fails hundreds of requests a second; the log gets one line of them. */
export class FailoverReport {
  /** By destination: as many as are configured. */
  readonly #tallies = new Map<string, Tally>()
  readonly #log: Log
  #failovers = 0

  constructor(log: Log) {
    this.#log = log
  }

  /** `destination` failed a request, which may go on to the next one. */
  failed(destination: string, cause: string, now: number): void {
    const tally = this.#tallies.get(destination)
    if (tally !== undefined && now - tally.reportedAt < quietMs) {
      tally.unreported++
      return
    }
    const requests = 1 + (tally?.unreported ?? 0)
    this.#tallies.set(destination, { reportedAt: now, unreported: 0 })
    this.#log.warn({ destination, cause, requests }, 'failover: destination failed')
  }

  /** A request went on to a further destination. */
  wentOn(): void {
    this.#failovers++
  }

  /** Requests that went on to a further destination, since the start. */
  get failovers(): number {
    return this.#failovers
  }
}
