/**
 * Two are drawn, and the one with fewer calls for its weight is taken: nearly as even as looking at all of them, at the
 * cost of two, and no herd runs to the one that was idlest a moment ago. Mitzenmacher, "The Power of Two Choices".
 */
import { type Chance } from '@sipwright/framework'
import { type Destination } from '../destination.js'
import {
  defineAlgorithm,
  type Preview,
  type SelectContext,
  type Selector,
  type Walk,
} from './algorithm.js'
import { callsPerWeight } from './call-load.js'
import { draw, DrawnWalk } from './random.js'
import { UsableList } from './usable-list.js'

class PowerOfTwo implements Selector {
  readonly weighs = true
  readonly #chance: Chance
  readonly #list = new UsableList()

  constructor(chance: Chance) {
    this.#chance = chance
  }

  load(destinations: readonly Destination[]): void {
    this.#list.load(destinations)
  }

  select({ request }: SelectContext): Walk {
    const { usable } = this.#list
    const { length } = usable
    if (length < 2) return new DrawnWalk(usable, this.#chance)
    const first = draw(this.#chance, length)
    const other = (first + 1 + draw(this.#chance, length - 1)) % length
    const isCall = request.method === 'INVITE'
    const [a, b] = [usable[first]!, usable[other]!]
    const better = costOf(b, isCall) < costOf(a, isCall) ? b : a
    return new PairWalk(better, better === a ? b : a, usable, this.#chance)
  }

  preview(): Preview {
    const order = this.#list.all
      .map((destination) => ({ destination, score: callsPerWeight(destination) }))
      .sort((a, b) => (a.score === b.score ? 0 : a.score - b.score))
    return { order, score: 'calls per weight, with the one to come; the less of two', drawn: true }
  }
}

function costOf(destination: Destination, isCall: boolean): number {
  return isCall && destination.isFull ? Infinity : callsPerWeight(destination)
}

/** The better one, the other one, then whom a draw names. */
class PairWalk implements Walk {
  readonly #better: Destination
  readonly #other: Destination
  readonly #rest: DrawnWalk
  #step = 0

  constructor(
    better: Destination,
    other: Destination,
    usable: readonly Destination[],
    chance: Chance,
  ) {
    this.#better = better
    this.#other = other
    this.#rest = new DrawnWalk(usable, chance)
  }

  next(): Destination | undefined {
    this.#step++
    if (this.#step === 1) return this.#better
    if (this.#step === 2) return this.#other
    let next = this.#rest.next()
    while (next !== undefined && (next === this.#better || next === this.#other)) {
      next = this.#rest.next()
    }
    return next
  }
}

export const powerOfTwo = defineAlgorithm('power-of-two', ({ chance }) => new PowerOfTwo(chance))
