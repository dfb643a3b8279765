/** Kamailio's 14: in turn where all have the same priority and it is not 0, else the highest priority first. */
import { type Destination } from '../destination.js'
import {
  defineAlgorithm,
  type Preview,
  type SelectContext,
  type Selector,
  type Walk,
} from './algorithm.js'
import { Priority } from './priority.js'
import { RoundRobin } from './round-robin.js'

class RoundRobinOrPriority implements Selector {
  readonly #turns = new RoundRobin()
  readonly #serial = new Priority()
  #inTurn = false

  load(destinations: readonly Destination[]): void {
    const [first] = destinations
    this.#inTurn =
      first !== undefined &&
      first.priority > 0 &&
      destinations.every(({ priority }) => priority === first.priority)
    this.#turns.load(destinations)
    this.#serial.load(destinations)
  }

  beginAt(share: number): void {
    this.#turns.beginAt(share)
  }

  select(ctx: SelectContext): Walk {
    return this.#inTurn ? this.#turns.select(ctx) : this.#serial.select()
  }

  preview(ctx: SelectContext): Preview {
    return this.#inTurn ? this.#turns.preview(ctx) : this.#serial.preview()
  }
}

export const roundRobinOrPriority = defineAlgorithm(
  'round-robin-or-priority',
  () => new RoundRobinOrPriority(),
)
