/**
 * What Kamailio's algorithms share: the order of a set (highest priority first, equal ones in the reverse of the order in
 * which they were written), and the walk from a slot past whoever is unusable, once around. A dead destination's share goes
 * to its one neighbour: who takes `kamailio:<n>` wants the same calls at the same places as before.
 */
import { type Destination } from '../../destination.js'
import {
  type Preview,
  type SelectContext,
  type Selector,
  type SelectorSetup,
  type Walk,
} from '../algorithm.js'

/** Finds the slot of a request, from 0; undefined: the algorithm finds none, and Kamailio's function would fail. */
export type SlotOf = (ctx: SelectContext, count: number) => number | undefined

export class Slots implements Selector {
  readonly #slotOf: SlotOf
  #destinations: readonly Destination[] = []

  constructor(slotOf: SlotOf) {
    this.#slotOf = slotOf
  }

  load(destinations: readonly Destination[]): void {
    this.#destinations = inKamailiosOrder(destinations)
  }

  select(ctx: SelectContext): Walk {
    const { length } = this.#destinations
    const slot = length === 0 ? undefined : this.#slotOf(ctx, length)
    return slot === undefined ? new SlotWalk([], 0) : new SlotWalk(this.#destinations, slot)
  }

  preview(ctx: SelectContext): Preview {
    return previewOf(this.#destinations, this.select(ctx))
  }
}

/** Index 0 first. */
export function inKamailiosOrder(destinations: readonly Destination[]): readonly Destination[] {
  return destinations.toReversed().sort((a, b) => b.priority - a.priority)
}

/** From the slot to the last, then from the first. */
export class SlotWalk implements Walk {
  readonly #destinations: readonly Destination[]
  readonly #slot: number
  #step = 0

  constructor(destinations: readonly Destination[], slot: number) {
    this.#destinations = destinations
    this.#slot = slot
  }

  next(): Destination | undefined {
    const { length } = this.#destinations
    return this.#step < length
      ? this.#destinations[(this.#slot + this.#step++) % length]
      : undefined
  }
}

/** Scored by its index in Kamailio's order. */
export function previewOf(destinations: readonly Destination[], walk: Walk): Preview {
  const index = new Map(destinations.map((destination, at) => [destination, at]))
  const order = []
  for (let each = walk.next(); each !== undefined; each = walk.next()) {
    order.push({ destination: each, score: index.get(each) ?? 0 })
  }
  return { order, score: "index in Kamailio's order; from the slot on, once around" }
}

/** Shuffles in place, every order as likely as any other. */
export function shuffle(slots: number[], { chance }: SelectorSetup): number[] {
  for (let at = slots.length - 1; at > 0; at--) {
    const other = Math.floor(chance.random() * (at + 1))
    ;[slots[at], slots[other]] = [slots[other]!, slots[at]!]
  }
  return slots
}
