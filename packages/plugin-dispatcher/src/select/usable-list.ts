/** The usable destinations of a set, looked for again only when one may have changed. */
import { type Destination } from '../destination.js'
import { usabilityChanges } from '../health/usability.js'

export class UsableList {
  #destinations: readonly Destination[] = []
  #usable: readonly Destination[] = []
  #changes = -1

  load(destinations: readonly Destination[]): void {
    this.#destinations = destinations
    this.#changes = -1
  }

  /** All of them, usable or not. */
  get all(): readonly Destination[] {
    return this.#destinations
  }

  get usable(): readonly Destination[] {
    if (this.#changes !== usabilityChanges()) {
      this.#changes = usabilityChanges()
      this.#usable = this.#destinations.filter(({ usable }) => usable)
    }
    return this.#usable
  }
}
