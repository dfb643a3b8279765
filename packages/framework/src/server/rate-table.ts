/**
 * Token buckets by key, in one number each: the time until which what has come is paid for (the generic cell rate algorithm).
 * Nothing runs between two events, and whatever strangers send, no more keys are kept than the bound says.
 */

export interface RateOptions {
  /** Events on average. */
  readonly perSecond: number
  /** Events at once, after a pause; at least 1. */
  readonly burst: number
  /** Keys remembered; beyond, the one that was quiet for longest is forgotten. */
  readonly maxKeys: number
}

export class RateTable {
  readonly #intervalMs: number
  readonly #aheadMs: number
  readonly #maxKeys: number
  /** In the order of their last event. */
  readonly #paidUntil = new Map<string, number>()

  constructor({ perSecond, burst, maxKeys }: RateOptions) {
    this.#intervalMs = 1_000 / perSecond
    // Half a thousandth of an event: times are sums of fractions.
    this.#aheadMs = (burst - 1 + 0.0005) * this.#intervalMs
    this.#maxKeys = maxKeys
  }

  /** Keys remembered now. */
  get size(): number {
    return this.#paidUntil.size
  }

  /** The milliseconds until one more event may come; 0: now. Nothing counts. */
  waitMs(key: string, now: number): number {
    const paidUntil = this.#paidUntil.get(key) ?? 0
    return Math.max(0, paidUntil - now - this.#aheadMs)
  }

  /** One event: 0, and it counts; or the milliseconds until one may come, and it does not. */
  take(key: string, now: number): number {
    const paidUntil = Math.max(this.#paidUntil.get(key) ?? 0, now)
    const waitMs = paidUntil - now - this.#aheadMs
    if (waitMs > 0) return waitMs
    this.#paidUntil.delete(key)
    if (this.#paidUntil.size >= this.#maxKeys) this.#forgetOldest()
    this.#paidUntil.set(key, paidUntil + this.#intervalMs)
    return 0
  }

  #forgetOldest(): void {
    for (const key of this.#paidUntil.keys()) {
      this.#paidUntil.delete(key)
      return
    }
  }
}
