/**
 * How long a destination takes to its first response, as its callers feel it now: a slower sample counts at once, faster
 * ones pull it down with time, by 1/e every ten seconds.
 */

const decayMs = 10_000

/** What one that never responded is taken for: it is tried soon, and not by all at once. */
const unknownMs = 1

export class PeakEwma {
  #value = 0
  #at = -Infinity

  /** It took so long. */
  sample(ms: number, now: number): void {
    if (ms >= this.#value) {
      this.#value = ms
    } else {
      const kept = Math.exp(-(now - this.#at) / decayMs)
      this.#value = ms + (this.#value - ms) * kept
    }
    this.#at = now
  }

  /** Milliseconds; what is old fades, so that a destination that nobody chose any more gets another chance. */
  at(now: number): number {
    if (this.#at === -Infinity) return unknownMs
    return Math.max(unknownMs, this.#value * Math.exp(-(now - this.#at) / decayMs))
  }
}
