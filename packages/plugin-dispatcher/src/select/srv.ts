/**
 * Tiers by priority, the lowest number first, as in SRV records (RFC 2782): while anybody of a tier is usable it has all the
 * traffic, shared by weight. Kamailio's 15. The other algorithms have it the other way round: there the highest number is
 * the best.
 */
import { type Destination } from '../destination.js'
import { usabilityChanges } from '../health/usability.js'
import {
  defineAlgorithm,
  type Preview,
  type Ranked,
  type SelectContext,
  type Selector,
  type Walk,
} from './algorithm.js'
import { SmoothWeight } from './weight.js'

interface Tier {
  readonly priority: number
  readonly members: readonly Destination[]
  readonly shares: SmoothWeight
}

class Srv implements Selector {
  #tiers: readonly Tier[] = []
  /** The first tier with a usable member. */
  #best = 0
  #changes = -1

  load(destinations: readonly Destination[]): void {
    const byPriority = new Map<number, Destination[]>()
    for (const destination of destinations) {
      const members = byPriority.get(destination.priority)
      if (members === undefined) byPriority.set(destination.priority, [destination])
      else members.push(destination)
    }
    const before = new Map(this.#tiers.map((tier) => [tier.priority, tier]))
    this.#tiers = [...byPriority]
      .sort(([a], [b]) => a - b)
      .map(([priority, members]) => {
        const shares = before.get(priority)?.shares ?? new SmoothWeight()
        shares.load(members)
        return { priority, members, shares }
      })
    this.#changes = -1
  }

  select(ctx: SelectContext): Walk {
    return new TierWalk(this.#tiers, this.#bestTier(), ctx)
  }

  preview(ctx: SelectContext): Preview {
    const order: Ranked[] = this.#tiers.flatMap(({ priority, shares }) =>
      shares.preview(ctx).order.map(({ destination }) => ({ destination, score: priority })),
    )
    return { order, score: 'priority; lowest first, by weight among equal ones' }
  }

  #bestTier(): number {
    if (this.#changes !== usabilityChanges()) {
      this.#changes = usabilityChanges()
      const found = this.#tiers.findIndex(({ members }) => members.some(({ usable }) => usable))
      this.#best = Math.max(found, 0)
    }
    return this.#best
  }
}

/** Tier by tier. Only the tier that is asked moves its turns. */
class TierWalk implements Walk {
  readonly #tiers: readonly Tier[]
  readonly #ctx: SelectContext
  #tier: number
  #walk: Walk | undefined = undefined

  constructor(tiers: readonly Tier[], first: number, ctx: SelectContext) {
    this.#tiers = tiers
    this.#tier = first
    this.#ctx = ctx
  }

  next(): Destination | undefined {
    for (;;) {
      this.#walk ??= this.#tiers[this.#tier]?.shares.select(this.#ctx)
      if (this.#walk === undefined) return undefined
      const destination = this.#walk.next()
      if (destination !== undefined) return destination
      this.#walk = undefined
      this.#tier++
    }
  }
}

export const srv = defineAlgorithm('srv', () => new Srv())
