/**
 * Slow start for algorithms that do not weigh: a destination that is due less than its share is passed over as often as it must
 * be, and stays a fallback. The algorithm is asked again then, so that its turn passes to all others and not to the next
 * one alone. The same turns always: no draw.
 */
import { type Destination } from '../destination.js'
import { type Walk } from './algorithm.js'

export class SlowWalk implements Walk {
  readonly #select: () => Walk
  readonly #usable: number
  #walk: Walk
  /** Those that were passed over. */
  readonly #later: Destination[] = []
  #tried = 0
  #chosen = false

  /** `walk` is what `select` has yielded; `usable` how many destinations share the requests. */
  constructor(select: () => Walk, walk: Walk, usable: number) {
    this.#select = select
    this.#walk = walk
    this.#usable = usable
  }

  next(): Destination | undefined {
    let destination = this.#walk.next()
    while (destination !== undefined) {
      const known = this.#later.includes(destination)
      if (!known && (this.#chosen || !destination.usable)) return destination
      if (!known && this.#takesTurn(destination)) {
        this.#chosen = true
        return destination
      }
      if (!known) {
        this.#later.push(destination)
        this.#walk = this.#select()
      }
      destination = this.#walk.next()
    }
    return this.#later[this.#tried++]
  }

  /** Its turns come sooner again for those that it was passed over, so it takes fewer of them than its part of a share. */
  #takesTurn({ ease, state }: Destination): boolean {
    if (ease >= 1) return true
    const part = (ease * (this.#usable - 1)) / (this.#usable - ease)
    return state.easing.takesTurn(part)
  }
}
