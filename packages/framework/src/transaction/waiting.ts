/**
 * The client transactions that have had no response at all, by hop: when a hop turns out to be
 * unreachable, these fail (§16.9). Joining and leaving cost a few pointer writes.
 */
import { type ClientRecord } from './transaction.js'

/** Those that wait for one hop, as a list linked through the records. */
export interface HopQueue {
  readonly key: string
  first: ClientRecord | undefined
}

const fewHops = 1_000

/** Client transactions that have had no response at all, by `Hop.key`. */
export class Waiting {
  /** The few hops of the backends stay when nobody waits for them: most requests would make theirs anew. */
  readonly #queues = new Map<string, HopQueue>()
  #size = 0
  #sweepAt = fewHops

  /** How many wait. */
  get size(): number {
    return this.#size
  }

  /** How many hops are waited for, or were of late. */
  get hops(): number {
    return this.#queues.size
  }

  add(transaction: ClientRecord): void {
    const { key } = transaction.hop
    let queue = this.#queues.get(key)
    if (queue === undefined) {
      if (this.#queues.size >= this.#sweepAt) this.#sweep()
      queue = { key, first: undefined }
      this.#queues.set(key, queue)
    }
    transaction.queue = queue
    transaction.next = queue.first
    if (queue.first !== undefined) queue.first.previous = transaction
    queue.first = transaction
    this.#size++
  }

  /** No effect on one that does not wait. */
  remove(transaction: ClientRecord): void {
    const { queue, previous, next } = transaction
    if (queue === undefined) return
    if (previous === undefined) queue.first = next
    else previous.next = next
    if (next !== undefined) next.previous = previous
    transaction.queue = undefined
    transaction.previous = undefined
    transaction.next = undefined
    this.#size--
  }

  /** Takes out everybody who waits for this hop, the one that waits for longest first. */
  takeAll(hopKey: string): ClientRecord[] {
    const taken: ClientRecord[] = []
    let transaction = this.#queues.get(hopKey)?.first
    while (transaction !== undefined) {
      const { next } = transaction
      taken.push(transaction)
      this.remove(transaction)
      transaction = next
    }
    return taken.reverse()
  }

  /** Strangers choose hops too (a Contact): those that nobody waits for go before there are many. */
  #sweep(): void {
    for (const [key, { first }] of this.#queues) {
      if (first === undefined) this.#queues.delete(key)
    }
    this.#sweepAt = Math.max(fewHops, this.#queues.size * 2)
  }
}
