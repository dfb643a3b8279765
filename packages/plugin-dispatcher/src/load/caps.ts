/** What one destination may be given at most: calls, INVITEs without an answer, new calls per second. */
import { type Load } from './load.js'
import { type Share, shareOf } from './share.js'

/** The caps as configured; 0: none. */
export interface CapFigures {
  readonly maxLoad: number
  readonly maxPending: number
  readonly maxCallsPerSecond: number
  /** New calls at once, after a pause; at least 1. */
  readonly callBurst: number
}

/** Whom caps ask. */
export interface Ledger {
  /** No further call can be counted, so a cap on calls could not be kept. */
  readonly isFull: boolean
  /** Milliseconds. */
  now(): number
}

/** What keeps a call from a destination that is up: how many there are, and may be. */
export type ReachedCap =
  | { readonly cap: 'calls' | 'pending'; readonly at: number; readonly limit: number }
  /** New calls per second. */
  | { readonly cap: 'rate'; readonly limit: number }
  /** No further call can be counted at all. */
  | { readonly cap: 'counted' }

export class Caps {
  readonly #limited: boolean
  readonly #calls: number
  readonly #pending: number
  readonly #perSecond: number
  readonly #burst: number
  readonly #ledger: Ledger

  /** This worker's share of the figures. */
  constructor(figures: CapFigures, share: Share, ledger: Ledger) {
    const { maxLoad, maxPending, maxCallsPerSecond, callBurst } = figures
    this.#limited = maxLoad > 0 || maxPending > 0 || maxCallsPerSecond > 0
    this.#calls = maxLoad > 0 ? shareOf(maxLoad, share) : Infinity
    this.#pending = maxPending > 0 ? shareOf(maxPending, share) : Infinity
    this.#perSecond = maxCallsPerSecond / share.count
    this.#burst = Math.max(1, shareOf(callBurst, share))
    this.#ledger = ledger
  }

  /** One more call would be one too many. */
  reached(load: Load): boolean {
    if (!this.#limited) return false
    if (load.calls >= this.#calls || load.pending >= this.#pending) return true
    if (this.#calls < Infinity && this.#ledger.isFull) return true
    return (
      this.#perSecond > 0 && load.rate.isSpent(this.#perSecond, this.#burst, this.#ledger.now())
    )
  }

  /** Which cap it is, for people. */
  reachedCap(load: Load): ReachedCap | undefined {
    if (!this.reached(load)) return undefined
    if (load.calls >= this.#calls) return { cap: 'calls', at: load.calls, limit: this.#calls }
    if (load.pending >= this.#pending) {
      return { cap: 'pending', at: load.pending, limit: this.#pending }
    }
    if (this.#calls < Infinity && this.#ledger.isFull) return { cap: 'counted' }
    return { cap: 'rate', limit: this.#perSecond }
  }

  /** A new call is sent there. */
  spend(load: Load, now: number): void {
    if (this.#perSecond > 0) load.rate.spend(this.#perSecond, this.#burst, now)
  }
}
