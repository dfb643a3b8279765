/** Every usable destination in turn. The turn moves past the one that was used, so a dead one doubles nobody's share. */
import { type Destination } from '../destination.js'
import { defineAlgorithm, type Preview, type Selector, type Walk } from './algorithm.js'

export class RoundRobin implements Selector {
  #destinations: readonly Destination[] = []
  /** Whose turn it is. */
  #turn = 0

  /** The turn stays with whom it was, or passes to the next one that is still there. */
  load(destinations: readonly Destination[]): void {
    const before = this.#destinations
    const index = new Map(destinations.map(({ id }, at) => [id, at]))
    let turn = 0
    for (let step = 0; step < before.length; step++) {
      const at = index.get(before[(this.#turn + step) % before.length]!.id)
      if (at === undefined) continue
      turn = at
      break
    }
    this.#destinations = destinations
    this.#turn = turn
  }

  beginAt(share: number): void {
    this.#turn = Math.floor(share * this.#destinations.length)
  }

  select(): Walk {
    const first = this.#first()
    this.#turn = first + 1 >= this.#destinations.length ? 0 : first + 1
    return new RingWalk(this.#destinations, first)
  }

  preview(): Preview {
    const { length } = this.#destinations
    const first = this.#first()
    const order = this.#destinations.map((_, step) => {
      const destination = this.#destinations[(first + step) % length]!
      return { destination, score: step }
    })
    return { order, score: 'turns until it is next; least first' }
  }

  /** The next one in turn that is usable; if none is, the next one. */
  #first(): number {
    const { length } = this.#destinations
    let first = this.#turn
    for (let step = 0; step < length; step++) {
      if (this.#destinations[first]!.usable) break
      first = first + 1 === length ? 0 : first + 1
    }
    return first
  }
}

/** Once around, from the chosen one. */
class RingWalk implements Walk {
  readonly #destinations: readonly Destination[]
  #at: number
  #left: number

  constructor(destinations: readonly Destination[], first: number) {
    this.#destinations = destinations
    this.#at = first
    this.#left = destinations.length
  }

  next(): Destination | undefined {
    if (this.#left === 0) return undefined
    this.#left--
    const destination = this.#destinations[this.#at]
    this.#at = this.#at + 1 === this.#destinations.length ? 0 : this.#at + 1
    return destination
  }
}

export const roundRobin = defineAlgorithm('round-robin', () => new RoundRobin())
