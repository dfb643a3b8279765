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

/** Client transactions that have had no response at all, by `Hop.key`. */
export class Waiting {
  /** Only hops that somebody waits for. */
  readonly #queues = new Map<string, HopQueue>()

  #size = 0

  /** How many wait. */
  get size(): number {
    return this.#size
  }

  /** How many hops are waited for. */
  get hops(): number {
    return this.#queues.size
  }

  add(transaction: ClientRecord): void {
    const { key } = transaction.hop
    let queue = this.#queues.get(key)
    if (queue === undefined) {
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
    if (queue.first === undefined) this.#queues.delete(queue.key)
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
}
