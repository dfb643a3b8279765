/**
 * Which nonce counts have been used: what makes credentials good for one request. Only those of proven senders are kept, so
 * strangers cannot fill it, and it is bounded all the same. RFC 7616 §3.4.5, §5.12
 */

/** Counts so far below the highest may still come, late or by another way; those further below count as used. */
const window = 32

interface Window {
  readonly issuedAt: number
  highest: number
  /** Bit n: the count n below the highest has been used. */
  used: number
}

/** `fresh`: never before, and now used. `used`: a replay. `forgotten`: nobody knows any more. */
export type CountVerdict = 'fresh' | 'used' | 'forgotten'

export class NonceCounts {
  readonly #limit: number
  readonly #lifetimeMs: number
  /** Least recently used first. */
  readonly #windows = new Map<string, Window>()
  /** Of the nonces that were let go before their time, the one that was given out last. */
  #forgottenUntil = -Infinity

  constructor(limit: number, lifetimeMs: number) {
    this.#limit = limit
    this.#lifetimeMs = lifetimeMs
  }

  get size(): number {
    return this.#windows.size
  }

  /** Uses a count of a nonce that was given out at `issuedAt`. Counts may be left out; zero is none. */
  use(nonce: string, count: number, issuedAt: number, now: number): CountVerdict {
    const known = this.#windows.get(nonce)
    if (known === undefined) {
      if (issuedAt <= this.#forgottenUntil) return 'forgotten'
      if (count === 0) return 'used'
      this.#makeRoom(now)
      this.#windows.set(nonce, { issuedAt, highest: count, used: 1 })
      return 'fresh'
    }
    this.#windows.delete(nonce)
    this.#windows.set(nonce, known)
    const above = count - known.highest
    if (above > 0) {
      known.used = above >= window ? 1 : ((known.used << above) | 1) >>> 0
      known.highest = count
      return 'fresh'
    }
    const bit = 2 ** -above
    if (count === 0 || -above >= window || (known.used & bit) !== 0) return 'used'
    known.used = (known.used | bit) >>> 0
    return 'fresh'
  }

  #makeRoom(now: number): void {
    for (const [nonce, { issuedAt }] of this.#windows) {
      const isOver = now - issuedAt > this.#lifetimeMs
      if (!isOver && this.#windows.size < this.#limit) return
      // What has expired is refused for that: it need not be remembered.
      if (!isOver) this.#forgottenUntil = Math.max(this.#forgottenUntil, issuedAt)
      this.#windows.delete(nonce)
    }
  }
}
