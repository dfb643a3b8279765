/**
 * Kamailio's 9 and 11: a hundred slots, shuffled once, walked one after the other. 9 takes `weight` for per cent and never
 * reckons anew; 11 takes `rweight` for a share of what is active, cut off to whole slots, so that of more than fifty equal
 * destinations the last one gets what all cuts leave. Both are kept as they are for who moves from there; `weight` and
 * `relative-weight` have no such bounds.
 */
import { type Destination } from '../../destination.js'
import { usabilityChanges } from '../../health/usability.js'
import {
  defineAlgorithm,
  type Preview,
  type Selector,
  type SelectorSetup,
  type Walk,
} from '../algorithm.js'
import { inKamailiosOrder, previewOf, shuffle, SlotWalk } from './slots.js'

const slotCount = 100

export const kamailio9 = defineAlgorithm('kamailio:9', (setup) => new Weights(setup))

export const kamailio11 = defineAlgorithm('kamailio:11', (setup) => new RelativeWeights(setup))

class Weights implements Selector {
  readonly #setup: SelectorSetup
  #destinations: readonly Destination[] = []
  /** The index of a destination; all 0 where the first has no weight. */
  #slots: readonly number[] = []
  #turn = 0
  /** With `redistribute`: whose turn it is among those that are left, for the slots of those that are not. */
  #spare = 0

  constructor(setup: SelectorSetup) {
    this.#setup = setup
  }

  load(destinations: readonly Destination[]): void {
    this.#destinations = inKamailiosOrder(destinations)
    this.#slots = shuffle(percentSlots(this.#destinations), this.#setup)
  }

  select(): Walk {
    const slot = this.#slots[this.#turn]!
    this.#turn = (this.#turn + 1) % slotCount
    if (this.#setup.redistribute !== true || this.#destinations[slot]?.usable !== false) {
      return new SlotWalk(this.#destinations, slot)
    }
    const instead = this.#instead(this.#spare)
    this.#spare = (instead.at + 1) % slotCount
    return new SlotWalk(this.#destinations, instead.slot)
  }

  preview(): Preview {
    const slot = this.#slots[this.#turn]!
    const usable = this.#destinations[slot]?.usable !== false
    const first =
      this.#setup.redistribute === true && !usable ? this.#instead(this.#spare).slot : slot
    return previewOf(this.#destinations, new SlotWalk(this.#destinations, first))
  }

  /** The next slot whose destination is usable: by their weights, as all slots are. */
  #instead(from: number): { readonly at: number; readonly slot: number } {
    for (let step = 0; step < slotCount; step++) {
      const at = (from + step) % slotCount
      const slot = this.#slots[at]!
      if (this.#destinations[slot]?.usable === true) return { at, slot }
    }
    return { at: from, slot: 0 }
  }
}

/** Per cent as given, the rest to the last; beyond a hundred nothing counts. */
function percentSlots(destinations: readonly Destination[]): number[] {
  const slots: number[] = []
  const percent = ({ weight }: Destination): number => (weight > slotCount ? 0 : weight)
  if (destinations[0] !== undefined && percent(destinations[0]) > 0) {
    destinations.forEach((destination, index) => {
      for (let n = percent(destination); n > 0 && slots.length < slotCount; n--) slots.push(index)
    })
  }
  const rest = slots.length === 0 ? 0 : destinations.length - 1
  while (slots.length < slotCount) slots.push(rest)
  return slots
}

class RelativeWeights implements Selector {
  readonly #setup: SelectorSetup
  #destinations: readonly Destination[] = []
  #slots: readonly number[] = new Array<number>(slotCount).fill(0)
  #turn = 0
  #changes = -1

  constructor(setup: SelectorSetup) {
    this.#setup = setup
  }

  load(destinations: readonly Destination[]): void {
    this.#destinations = inKamailiosOrder(destinations)
    this.#changes = -1
  }

  select(): Walk {
    this.#reckon()
    const slot = this.#slots[this.#turn]!
    this.#turn = (this.#turn + 1) % slotCount
    return new SlotWalk(this.#destinations, slot)
  }

  preview(): Preview {
    this.#reckon()
    return previewOf(this.#destinations, new SlotWalk(this.#destinations, this.#slots[this.#turn]!))
  }

  #reckon(): void {
    if (this.#changes === usabilityChanges()) return
    this.#changes = usabilityChanges()
    const slots = relativeSlots(this.#destinations)
    if (slots !== undefined) this.#slots = shuffle(slots, this.#setup)
  }
}

/** Undefined where Kamailio leaves the slots as they were: fewer than two destinations, or none that weighs. */
function relativeSlots(destinations: readonly Destination[]): number[] | undefined {
  const weights = destinations.map((each) => (each.usable ? relativeWeightOf(each) : 0))
  const sum = weights.reduce((total, each) => total + each, 0)
  if (destinations.length < 2 || sum === 0) return undefined
  const slots: number[] = []
  let last = 0
  weights.forEach((weight, index) => {
    if (weight > 0) last = index
    for (let n = Math.floor((weight * slotCount) / sum); n > 0; n--) slots.push(index)
  })
  while (slots.length < slotCount) slots.push(last)
  return slots
}

/** The attribute `rweight`, 1 to 100; else the weight. */
function relativeWeightOf({ attrs, weight }: Destination): number {
  const given = Number(attrs.get('rweight') ?? weight)
  return given >= 1 && given <= slotCount ? given : 0
}
