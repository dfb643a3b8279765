/**
 * A destination that comes back gets its share little by little: a tenth at first, then as much of it as of the window has
 * passed, in steps. Algorithms that weigh see it as less weight; before the others it is passed over as often as it must be.
 */
import { usabilityChanged } from './usability.js'

/** The share of the first moment: nothing at all would teach nothing. */
const leastFactor = 0.1
const steps = 20

/** How far one destination has come. */
export class Easing {
  #startedAt = 0
  #windowMs = 0
  #factor = 1
  /** Part of a request that it has been passed over for. */
  #credit = 0

  /** The part of its share that it gets, 0.1 to 1. */
  get factor(): number {
    return this.#factor
  }

  /** When it gets more; Infinity: it gets all. */
  get dueAt(): number {
    if (this.#factor === 1) return Infinity
    const stepMs = this.#windowMs / steps
    const taken = Math.round(this.#factor * steps)
    return this.#startedAt + (taken + 1) * stepMs
  }

  /** It comes back; a window of 0 gives it all at once. */
  begin(windowMs: number, now: number): void {
    this.#startedAt = now
    this.#windowMs = windowMs
    this.#credit = 0
    this.#become(windowMs > 0 ? leastFactor : 1)
  }

  /** It gets what it is due by now. */
  step(now: number): void {
    if (this.#factor === 1) return
    const taken = Math.floor(((now - this.#startedAt) / this.#windowMs) * steps + 1e-9)
    this.#become(Math.min(1, Math.max(leastFactor, taken / steps)))
  }

  /** Whether it takes a turn that would be its own: of ten turns, as many as its part of a share says. */
  takesTurn(part: number): boolean {
    this.#credit += part
    if (this.#credit < 1 - 1e-9) return false
    this.#credit -= 1
    return true
  }

  #become(factor: number): void {
    if (factor !== this.#factor) usabilityChanged()
    this.#factor = factor
  }
}
