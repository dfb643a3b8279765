/** What waits for slow readers, of all connections together: each has its own bound, and there are many of them. security.md §3 row 10 */

export class SendQueues {
  readonly #most: number
  #bytes = 0

  /** `most`: octets that wait on all connections together. */
  constructor(most: number) {
    this.#most = most
  }

  /** Octets that wait now. */
  get bytes(): number {
    return this.#bytes
  }

  /** A connection takes part, with nothing that waits. */
  join(): QueueShare {
    return new QueueShare(this)
  }

  /** @internal */
  change(by: number): void {
    this.#bytes += by
  }

  /** @internal */
  fits(more: number): boolean {
    return this.#bytes + more <= this.#most
  }
}

/** What one connection has in the sum. */
export class QueueShare {
  readonly #queues: SendQueues
  #bytes = 0

  constructor(queues: SendQueues) {
    this.#queues = queues
  }

  /** What waits on this connection now; 0 when it has gone. */
  set(bytes: number): void {
    if (bytes === this.#bytes) return
    this.#queues.change(bytes - this.#bytes)
    this.#bytes = bytes
  }

  /** Whether so many more octets may wait. A connection on which nothing waits does not ask: it reads. */
  fits(more: number): boolean {
    return this.#queues.fits(more)
  }
}
