/** One failover walk over several sets: the next set's algorithm is asked only when the sets before it have failed. */
import { type Destination } from './destination.js'
import { type DestinationSet } from './destination-set.js'
import { type SelectContext, type Walk } from './select/algorithm.js'
import { type AlgorithmLike } from './select/names.js'

/** One set of a walk, and how it is walked. */
export interface SetStep {
  readonly set: DestinationSet
  /** Instead of the set's own. */
  readonly algorithm: AlgorithmLike | undefined
  /** Of this set at most so many. */
  readonly limit: number
  readonly ctx: SelectContext
}

/** A place that two sets share is tried once: whoever failed under one name fails under the other. */
export class SetWalk implements Walk {
  readonly #steps: readonly SetStep[]
  /** URIs that were tried. */
  readonly #tried: Set<string>
  #step = 0
  #left = 0
  #isCall = false
  #walk: Walk | undefined = undefined

  /** `tried` has been before. */
  constructor(steps: readonly SetStep[], tried?: Destination) {
    this.#steps = steps
    this.#tried = new Set(tried === undefined ? [] : [tried.uri])
  }

  next(): Destination | undefined {
    for (let step = this.#steps[this.#step]; step !== undefined; step = this.#steps[this.#step]) {
      if (this.#walk === undefined) {
        this.#walk = step.set.select(step.ctx, step.algorithm)
        this.#left = step.limit
        this.#isCall = step.ctx.request.method === 'INVITE'
      }
      const destination = this.#left > 0 ? this.#fresh(this.#walk) : undefined
      if (destination !== undefined) {
        this.#left--
        this.#tried.add(destination.uri)
        return destination
      }
      this.#walk = undefined
      this.#step++
    }
    return undefined
  }

  /** Only one that may be tried counts for the limit. */
  #fresh(walk: Walk): Destination | undefined {
    let destination = walk.next()
    while (destination !== undefined && !this.#mayTry(destination)) destination = walk.next()
    return destination
  }

  #mayTry(destination: Destination): boolean {
    return !this.#tried.has(destination.uri) && destination.takes(this.#isCall)
  }
}
