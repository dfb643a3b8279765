/**
 * Shares by weight, evenly mixed: smooth weighted round robin. Each selection every usable destination earns its
 * weight, the richest is chosen and pays what all earned together. So any integer weights hold exactly, and the share of a
 * dead destination goes to all others by their weights.
 */
import { type Destination } from '../destination.js'
import { defineAlgorithm, type Selector, type Walk } from './algorithm.js'

class SmoothWeight implements Selector {
  #destinations: readonly Destination[] = []
  /** What each destination has earned and not yet paid. */
  #credit = new Float64Array(0)
  /** The weights among which it was earned. */
  #total = 0

  load(destinations: readonly Destination[]): void {
    const kept = new Map(this.#destinations.map(({ id }, index) => [id, this.#credit[index]!]))
    this.#credit = Float64Array.from(destinations, ({ id }) => kept.get(id) ?? 0)
    this.#destinations = destinations
  }

  select(): Walk {
    const credit = this.#credit
    const destinations = this.#destinations
    const total = this.#usableWeight()
    if (total !== this.#total) {
      // Credit is worth at most one call of the total it was earned in; against a smaller one it would be a long run.
      this.#total = total
      credit.fill(0)
    }
    let chosen = -1
    for (let index = 0; index < destinations.length; index++) {
      const destination = destinations[index]!
      if (!destination.usable || destination.weight === 0) continue
      credit[index]! += destination.weight
      if (chosen < 0 || credit[index]! > credit[chosen]!) chosen = index
    }
    if (chosen >= 0) credit[chosen]! -= total
    return new CreditWalk(destinations, credit, chosen)
  }

  #usableWeight(): number {
    let total = 0
    for (const destination of this.#destinations) {
      if (destination.usable) total += destination.weight
    }
    return total
  }
}

/** The chosen one, then whoever is next in turn among those not tried, and at last those of weight 0. */
class CreditWalk implements Walk {
  readonly #destinations: readonly Destination[]
  readonly #credit: Float64Array
  /** Indexes already yielded; made when the first choice has failed. */
  #tried: number[] | undefined = undefined
  readonly #chosen: number

  constructor(destinations: readonly Destination[], credit: Float64Array, chosen: number) {
    this.#destinations = destinations
    this.#credit = credit
    this.#chosen = chosen
  }

  next(): Destination | undefined {
    if (this.#tried === undefined && this.#chosen >= 0) {
      this.#tried = [this.#chosen]
      return this.#destinations[this.#chosen]
    }
    this.#tried ??= []
    const index = this.#nextInTurn(this.#tried)
    if (index < 0) return undefined
    this.#tried.push(index)
    return this.#destinations[index]
  }

  #nextInTurn(tried: readonly number[]): number {
    let best = -1
    let most = -Infinity
    for (let index = 0; index < this.#destinations.length; index++) {
      const { usable, weight } = this.#destinations[index]!
      if (!usable || tried.includes(index)) continue
      const worth = weight === 0 ? -Number.MAX_VALUE : this.#credit[index]! + weight
      if (worth <= most) continue
      best = index
      most = worth
    }
    return best
  }
}

export const weight = defineAlgorithm('weight', () => new SmoothWeight())
