/**
 * How fast calls come, as a token bucket kept in one number: the time at which the bucket will be full again (the
 * generic cell rate algorithm). Nothing runs between calls.
 */

export class Rate {
  /** When the bucket is full again. Milliseconds. */
  #fullAt = 0

  /** One more call now would be more than `perSecond` with at most `burst` at once. */
  isSpent(perSecond: number, burst: number, now: number): boolean {
    const interval = 1_000 / perSecond
    // Half a thousandth of a call: times are sums of fractions.
    return this.#fullAt - now > (burst - 1 + 0.0005) * interval
  }

  /** A call comes. It is counted whether it was allowed or not, but no more than a full bucket is owed. */
  spend(perSecond: number, burst: number, now: number): void {
    const interval = 1_000 / perSecond
    this.#fullAt = Math.min(Math.max(this.#fullAt, now) + interval, now + burst * interval)
  }
}
