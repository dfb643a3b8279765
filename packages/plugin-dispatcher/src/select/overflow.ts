/**
 * Destinations that are for overflow: whatever the algorithm, they come behind all others of their set, so they are used
 * only when none of the others may have the request or all have failed. Among themselves the algorithm orders them, by a
 * memory of their own.
 */
import { type Destination } from '../destination.js'
import {
  type Preview,
  type Ranked,
  type SelectContext,
  type Selector,
  type Walk,
} from './algorithm.js'
import { SlowWalk } from './slow-walk.js'

/** A selector over the others, and one over those for overflow where there are any. */
export class OverflowSelector {
  readonly #start: () => Selector
  readonly #regular: Selector
  #overflow: Selector | undefined = undefined
  #any = false

  constructor(start: () => Selector) {
    this.#start = start
    this.#regular = start()
  }

  load(destinations: readonly Destination[]): void {
    this.#any = destinations.some(({ overflow }) => overflow)
    if (this.#any) this.#overflow ??= this.#start()
    this.#regular.load(this.#any ? destinations.filter(({ overflow }) => !overflow) : destinations)
    this.#overflow?.load(destinations.filter(({ overflow }) => overflow))
  }

  beginAt(share: number): void {
    this.#regular.beginAt?.(share)
    this.#overflow?.beginAt?.(share)
  }

  /** `easing`: while one of the regular ones starts slowly, how many of them share the requests; else undefined. */
  select(ctx: SelectContext, easing?: number): Walk {
    const walk = this.#regularWalk(ctx, easing)
    if (!this.#any) return walk
    return new OverflowWalk(walk, () => this.#overflow!.select(ctx), ctx)
  }

  /** Undefined where the algorithm cannot say. */
  preview(ctx: SelectContext): Preview | undefined {
    const first = this.#regular.preview?.(ctx)
    const last = this.#any ? this.#overflow?.preview?.(ctx) : undefined
    if (first === undefined || last === undefined) return first
    const isCall = ctx.request.method === 'INVITE'
    const kept =
      first.atOnce === true &&
      first.order.some(({ destination, out }) => out === undefined && destination.takes(isCall))
    return { ...first, order: [...first.order, ...(kept ? last.order.map(keptOut) : last.order)] }
  }

  #regularWalk(ctx: SelectContext, easing: number | undefined): Walk {
    const regular = this.#regular
    const walk = regular.select(ctx)
    if (easing === undefined || regular.weighs === true || walk.atOnce === true) return walk
    return new SlowWalk(() => regular.select(ctx), walk, easing)
  }
}

/** The regular ones; then those for overflow, unless the regular ones are all tried at once. */
class OverflowWalk implements Walk {
  readonly #overflow: () => Walk
  readonly #isCall: boolean
  #walk: Walk
  #overflows = false
  #yielded = false

  constructor(regular: Walk, overflow: () => Walk, { request }: SelectContext) {
    this.#walk = regular
    this.#overflow = overflow
    this.#isCall = request.method === 'INVITE'
  }

  get atOnce(): boolean {
    return this.#walk.atOnce ?? false
  }

  next(): Destination | undefined {
    const destination = this.#mayTry()
    if (destination !== undefined || this.#overflows) return destination
    if (this.atOnce && this.#yielded) return undefined
    this.#overflows = true
    this.#walk = this.#overflow()
    return this.#mayTry()
  }

  #mayTry(): Destination | undefined {
    let destination = this.#walk.next()
    while (destination !== undefined && !destination.takes(this.#isCall)) {
      destination = this.#walk.next()
    }
    this.#yielded ||= destination !== undefined
    return destination
  }
}

function keptOut(ranked: Ranked): Ranked {
  return { ...ranked, out: 'for overflow, and others may be tried' }
}
