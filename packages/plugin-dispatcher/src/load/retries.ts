/**
 * Who challenged whom: a caller answered 401 or 407 tries again with credentials, and only the destination that made
 * the nonce can check them. The same Call-ID, a higher CSeq, no To tag. RFC 3261 §22.2, §22.3
 */
import { type Destination } from '../destination.js'
import { type SelectContext } from '../select/algorithm.js'
import { callKey } from './call-key.js'

/** 64·T1: as long as the challenged transaction itself is remembered. */
const rememberedMs = 32_000

interface Challenge {
  readonly destinationId: string
  readonly cseq: number
  readonly expiresAt: number
}

export class Retries {
  readonly #limit: number
  /** Oldest first. */
  readonly #challenges = new Map<string, Challenge>()

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#challenges.size
  }

  /** The caller has been sent this destination's 401 or 407. */
  challenged(destination: Destination, { request, now }: SelectContext): void {
    const key = callKey(request.callId, destination.setId)
    this.#challenges.delete(key)
    this.#forget(now)
    const cseq = request.cseq.number
    this.#challenges.set(key, {
      destinationId: destination.id,
      cseq,
      expiresAt: now + rememberedMs,
    })
  }

  /** The id of the destination that this request must go back to. */
  destinationFor(setId: string, { request, now }: SelectContext): string | undefined {
    if (this.#challenges.size === 0) return undefined
    const challenge = this.#challenges.get(callKey(request.callId, setId))
    if (challenge === undefined || challenge.expiresAt <= now) return undefined
    return request.cseq.number > challenge.cseq ? challenge.destinationId : undefined
  }

  /** Drops what has expired, and the oldest while there is no room for one more. */
  #forget(now: number): void {
    for (const [key, { expiresAt }] of this.#challenges) {
      if (expiresAt > now && this.#challenges.size < this.#limit) break
      this.#challenges.delete(key)
    }
  }
}
