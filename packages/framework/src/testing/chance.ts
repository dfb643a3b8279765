/** Chance that repeats itself: equal seeds, equal branches, tags and draws. */
import { type Chance } from '../environment.js'

/** A seeded `Chance`, for an app, a phone or a network under test. Never for production: it can be guessed. */
export class SeededChance implements Chance {
  #state: number
  #branches = 0

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  branch(): string {
    return `z9hG4bK${(this.#branches++).toString(36)}.${this.#word()}`
  }

  tag(): string {
    return this.#word()
  }

  /** mulberry32: 32 bits of state, good enough to lose packets by. */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  #word(): string {
    return Math.floor(this.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0')
  }
}
