/**
 * How long a destination takes to give its first response, by Kamailio's formulas: an average since the start, and an
 * estimate that follows what is new. Times in milliseconds.
 */

/** Samples that are averaged before the estimate goes its own way. */
const warmUp = 10
/** Kamailio's bound: beyond it a sample would not move the average. */
const mostSamples = 1 << 21

export class Latency {
  /** The share of a new sample in the estimate, 0 to 1. */
  readonly #alpha: number
  #samples = 0
  #average = 0
  #estimate = 0
  #squares = 0
  #max = 0
  #timeouts = 0
  #totalMs = 0
  #count = 0

  constructor(alpha = 0.1) {
    this.#alpha = alpha
  }

  /** A response came after so long. */
  sample(ms: number): void {
    this.#count++
    this.#totalMs += ms
    if (this.#samples < mostSamples) this.#samples++
    const before = this.#average
    this.#average += (ms - before) / this.#samples
    this.#squares += (ms - before) * (ms - this.#average)
    this.#estimate =
      this.#samples < warmUp ? this.#average : this.#estimate + this.#alpha * (ms - this.#estimate)
    this.#max = Math.max(this.#max, ms)
  }

  /** No response came. It does not move the estimate: how long it would have taken is not known. */
  timedOut(): void {
    this.#timeouts++
  }

  get samples(): number {
    return this.#samples
  }

  get average(): number {
    return this.#average
  }

  /** 0 before the first sample. */
  get estimate(): number {
    return this.#estimate
  }

  /** Standard deviation of all samples. */
  get deviation(): number {
    return this.#samples < 2 ? 0 : Math.sqrt(this.#squares / (this.#samples - 1))
  }

  get max(): number {
    return this.#max
  }

  /** Of all samples, without Kamailio's bound: never less than before. */
  get totalMs(): number {
    return this.#totalMs
  }

  /** All samples, without Kamailio's bound. */
  get count(): number {
    return this.#count
  }

  get timeouts(): number {
    return this.#timeouts
  }
}
