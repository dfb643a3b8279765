/** All usable destinations at once; the first that accepts has the call (RFC 3261 §16.7). Kamailio's 12, without the dead. */
import { type Destination } from '../destination.js'
import { defineAlgorithm, type Preview, type Selector, type Walk } from './algorithm.js'

class Parallel implements Selector {
  #destinations: readonly Destination[] = []

  load(destinations: readonly Destination[]): void {
    this.#destinations = destinations
  }

  select(): Walk {
    return new AtOnce(this.#destinations)
  }

  preview(): Preview {
    const order = this.#destinations.map((destination) => ({ destination, score: 1 }))
    return { order, score: 'all at once', atOnce: true }
  }
}

class AtOnce implements Walk {
  readonly atOnce = true
  readonly #destinations: readonly Destination[]
  #next = 0

  constructor(destinations: readonly Destination[]) {
    this.#destinations = destinations
  }

  next(): Destination | undefined {
    return this.#destinations[this.#next++]
  }
}

export const parallel = defineAlgorithm('parallel', () => new Parallel())
