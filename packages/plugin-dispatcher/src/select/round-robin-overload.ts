/**
 * Round robin that keeps from each destination the share of requests that it asks to be spared: the loss algorithm of RFC
 * 7339. Kamailio's 64. A request that is kept from one goes to the next, never back to it as a fallback; kept from all, it
 * finds nobody. Requests in dialogs, with priority and for help are kept from nobody (RFC 7339 §5.10.1).
 */
import { type Destination } from '../destination.js'
import { isExemptFromOverload } from '../load/overload.js'
import {
  defineAlgorithm,
  type Preview,
  type Ranked,
  type SelectContext,
  type Selector,
  type Walk,
} from './algorithm.js'
import { turnAfter } from './turn.js'

class RoundRobinOverload implements Selector {
  #destinations: readonly Destination[] = []
  /** Whose turn it is. */
  #turn = 0

  /** The turn stays with whom it was, or passes to the next one that is still there. */
  load(destinations: readonly Destination[]): void {
    this.#turn = turnAfter(this.#destinations, this.#turn, destinations)
    this.#destinations = destinations
    for (const destination of destinations) destination.offerOverloadControl()
  }

  beginAt(share: number): void {
    this.#turn = Math.floor(share * this.#destinations.length)
  }

  select(ctx: SelectContext): Walk {
    const { length } = this.#destinations
    const walk = new SparingWalk(this.#destinations, this.#turn, ctx)
    const first = walk.first()
    if (first >= 0) this.#turn = first + 1 === length ? 0 : first + 1
    return walk
  }

  preview({ request, now }: SelectContext): Preview {
    const { length } = this.#destinations
    const exempt = isExemptFromOverload(request)
    const order = this.#destinations.map((_, step): Ranked => {
      const destination = this.#destinations[(this.#turn + step) % length]!
      const { overload } = destination
      if (exempt || !overload.wouldShed(now)) return { destination, score: step }
      return { destination, score: step, out: `sheds ${overload.rateAt(now)} % of its requests` }
    })
    return { order, score: 'turns until it is next; least first' }
  }
}

/** Once around. Whether one is spared is asked when its turn comes, and once. */
class SparingWalk implements Walk {
  readonly #destinations: readonly Destination[]
  readonly #exempt: boolean
  readonly #isCall: boolean
  readonly #now: number
  #at: number
  #left: number
  /** Looked for before the walk was asked. */
  #first: Destination | undefined = undefined

  constructor(destinations: readonly Destination[], turn: number, ctx: SelectContext) {
    this.#destinations = destinations
    this.#exempt = isExemptFromOverload(ctx.request)
    this.#isCall = ctx.request.method === 'INVITE'
    this.#now = ctx.now
    this.#at = turn
    this.#left = destinations.length
  }

  /** The place of the first choice; −1: there is none. */
  first(): number {
    this.#first = this.#next()
    if (this.#first === undefined) return -1
    return this.#at === 0 ? this.#destinations.length - 1 : this.#at - 1
  }

  next(): Destination | undefined {
    const first = this.#first
    this.#first = undefined
    return first ?? this.#next()
  }

  #next(): Destination | undefined {
    while (this.#left > 0) {
      this.#left--
      const destination = this.#destinations[this.#at]!
      this.#at = this.#at + 1 === this.#destinations.length ? 0 : this.#at + 1
      if (this.#isFor(destination)) return destination
    }
    return undefined
  }

  /** Who could not have it anyway is not spared anything. */
  #isFor(destination: Destination): boolean {
    if (!destination.takes(this.#isCall)) return false
    return this.#exempt || !destination.overload.sheds(this.#now)
  }
}

export const roundRobinOverload = defineAlgorithm('round-robin-overload', (setup) => {
  setup.hearOverload?.()
  return new RoundRobinOverload()
})
