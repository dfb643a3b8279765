/** Every destination in turn. The turn moves past the one that was used, so a dead or full one doubles nobody's share. */
import { type Destination } from '../destination.js'
import {
  defineAlgorithm,
  type Preview,
  type SelectContext,
  type Selector,
  type Walk,
} from './algorithm.js'
import { turnAfter } from './turn.js'

export class RoundRobin implements Selector {
  #destinations: readonly Destination[] = []
  /** Whose turn it is. */
  #turn = 0

  /** The turn stays with whom it was, or passes to the next one that is still there. */
  load(destinations: readonly Destination[]): void {
    this.#turn = turnAfter(this.#destinations, this.#turn, destinations)
    this.#destinations = destinations
  }

  beginAt(share: number): void {
    this.#turn = Math.floor(share * this.#destinations.length)
  }

  select(ctx: SelectContext): Walk {
    const first = this.#first(ctx)
    this.#turn = first + 1 >= this.#destinations.length ? 0 : first + 1
    return new RingWalk(this.#destinations, first)
  }

  preview(ctx: SelectContext): Preview {
    const { length } = this.#destinations
    const first = this.#first(ctx)
    const order = this.#destinations.map((_, step) => {
      const destination = this.#destinations[(first + step) % length]!
      return { destination, score: step }
    })
    return { order, score: 'turns until it is next; least first' }
  }

  /** The next one in turn that may have the request; if none may, the next one. */
  #first({ request }: SelectContext): number {
    const { length } = this.#destinations
    const isCall = request.method === 'INVITE'
    let first = this.#turn
    for (let step = 0; step < length; step++) {
      if (this.#destinations[first]!.takes(isCall)) break
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
