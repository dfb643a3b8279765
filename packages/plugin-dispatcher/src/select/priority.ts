/** The highest priority number first; equal ones in the order of the file. Kamailio's 8. */
import { type Destination } from '../destination.js'
import { defineAlgorithm, inOrder, type Preview, type Selector, type Walk } from './algorithm.js'

export class Priority implements Selector {
  #destinations: readonly Destination[] = []

  load(destinations: readonly Destination[]): void {
    this.#destinations = destinations
  }

  select(): Walk {
    return inOrder(this.#destinations)
  }

  preview(): Preview {
    const order = this.#destinations.map((destination) => ({
      destination,
      score: destination.priority,
    }))
    return { order, score: 'priority; highest first' }
  }
}

export const priority = defineAlgorithm('priority', () => new Priority())
