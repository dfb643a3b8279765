/**
 * The core of the algorithms that look at every destination and take the one that costs least at this moment. Among equal
 * ones each is taken in turn. Linear in the number of destinations.
 */
import { type Destination } from '../destination.js'
import {
  type Preview,
  type Ranked,
  type SelectContext,
  type Selector,
  type Walk,
} from './algorithm.js'

/** What it costs to choose a destination now: any number, less is better; Infinity: when nothing else is left. */
export type Cost = (destination: Destination, now: number) => number

export class LeastCost implements Selector {
  readonly #cost: Cost
  /** What the cost is, for who asks why. */
  readonly #unit: string
  #destinations: readonly Destination[] = []
  /** Where the next look begins: behind the one that was chosen last. */
  #turn = 0

  readonly weighs: boolean

  /** `weighs`: the cost goes by `effectiveWeight`. */
  constructor(cost: Cost, unit: string, weighs = false) {
    this.#cost = cost
    this.#unit = unit
    this.weighs = weighs
  }

  load(destinations: readonly Destination[]): void {
    this.#destinations = destinations
    this.#turn = 0
  }

  beginAt(share: number): void {
    this.#turn = Math.floor(share * this.#destinations.length)
  }

  select(ctx: SelectContext): Walk {
    const { length } = this.#destinations
    const first = this.#least(ctx)
    const turn = this.#turn
    if (first >= 0) this.#turn = first + 1 === length ? 0 : first + 1
    return new CostWalk(this.#destinations, this.#cost, ctx.now, turn, first)
  }

  preview({ now }: SelectContext): Preview {
    const order = ranked(this.#destinations, this.#cost, now, this.#turn)
    return { order, score: `${this.#unit}; least first` }
  }

  /** The index of the cheapest that may be chosen; −1 if there is none. */
  #least({ request, now }: SelectContext): number {
    const { length } = this.#destinations
    const isCall = request.method === 'INVITE'
    let best = -1
    let least = Infinity
    for (let step = 0, index = this.#turn; step < length; step++) {
      const destination = this.#destinations[index]!
      if (destination.takes(isCall)) {
        const cost = this.#cost(destination, now)
        if (cost < least || best < 0) {
          best = index
          least = cost
        }
      }
      index = index + 1 === length ? 0 : index + 1
    }
    return best
  }
}

/** The chosen one; when it has failed, the others by what they cost then. */
class CostWalk implements Walk {
  readonly #destinations: readonly Destination[]
  readonly #cost: Cost
  readonly #now: number
  readonly #turn: number
  readonly #first: number
  #started = false
  #others: readonly Ranked[] | undefined = undefined
  #next = 0

  constructor(
    destinations: readonly Destination[],
    cost: Cost,
    now: number,
    turn: number,
    first: number,
  ) {
    this.#destinations = destinations
    this.#cost = cost
    this.#now = now
    this.#turn = turn
    this.#first = first
  }

  next(): Destination | undefined {
    const chosen = this.#destinations[this.#first]
    if (!this.#started) {
      this.#started = true
      if (chosen !== undefined) return chosen
    }
    this.#others ??= ranked(this.#destinations, this.#cost, this.#now, this.#turn)
    let other = this.#others[this.#next++]?.destination
    if (other === chosen && other !== undefined) other = this.#others[this.#next++]?.destination
    return other
  }
}

/** Cheapest first, equal ones in turn. */
function ranked(
  destinations: readonly Destination[],
  cost: Cost,
  now: number,
  turn: number,
): readonly Ranked[] {
  const { length } = destinations
  const inTurn = destinations.map((_, step) => destinations[(turn + step) % length]!)
  return inTurn
    .map((destination) => ({ destination, score: cost(destination, now) }))
    .sort((a, b) => (a.score === b.score ? 0 : a.score - b.score))
}
