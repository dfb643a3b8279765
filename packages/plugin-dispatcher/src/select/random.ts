/** Any usable destination by a draw, so the share of a dead one goes to all others. Kamailio's 6. */
import { type Chance } from '@sipwright/framework'
import { type Destination } from '../destination.js'
import { defineAlgorithm, type Preview, type Selector, type Walk } from './algorithm.js'
import { UsableList } from './usable-list.js'

class Random implements Selector {
  readonly #chance: Chance
  readonly #list = new UsableList()

  constructor(chance: Chance) {
    this.#chance = chance
  }

  load(destinations: readonly Destination[]): void {
    this.#list.load(destinations)
  }

  select(): Walk {
    return new DrawnWalk(this.#list.usable, this.#chance)
  }

  preview(): Preview {
    const { all, usable } = this.#list
    const score = usable.length === 0 ? 0 : 1 / usable.length
    const order = all.map((destination) => ({ destination, score: destination.usable ? score : 0 }))
    return { order, score: 'share of the draw', drawn: true }
  }
}

/** Each step draws among those that are left. */
export class DrawnWalk implements Walk {
  readonly #destinations: readonly Destination[]
  readonly #chance: Chance
  /** Those that are left, from the second draw on. */
  #left: Destination[] | undefined = undefined
  #first = -1

  constructor(destinations: readonly Destination[], chance: Chance) {
    this.#destinations = destinations
    this.#chance = chance
  }

  next(): Destination | undefined {
    const { length } = this.#destinations
    if (this.#first < 0) {
      this.#first = draw(this.#chance, length)
      return this.#destinations[this.#first]
    }
    this.#left ??= this.#destinations.filter((_, index) => index !== this.#first)
    return this.#left.splice(draw(this.#chance, this.#left.length), 1)[0]
  }
}

/** A whole number below `length`. */
export function draw(chance: Chance, length: number): number {
  return Math.floor(chance.random() * length)
}

export const random = defineAlgorithm('random', ({ chance }) => new Random(chance))
