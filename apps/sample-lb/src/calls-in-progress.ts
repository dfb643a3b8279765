/** How many calls are up: what a shutdown waits for. Approximate on purpose, and cheap enough for every call. */

/**
 * Calls that were placed and have not ended. A call is remembered by a hash of its Call-ID: no text of a
 * stranger is kept, and two calls that fall together only make a shutdown a little less patient.
 */
export class CallsInProgress {
  readonly #calls = new Set<number>()
  readonly #limit: number
  #waiting: (() => void)[] = []

  /** Beyond `limit` the oldest are forgotten: calls whose BYE never came by here. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#calls.size
  }

  placed(callId: string): void {
    this.#calls.add(hash(callId))
    if (this.#calls.size <= this.#limit) return
    for (const oldest of this.#calls) {
      this.#calls.delete(oldest)
      break
    }
  }

  ended(callId: string): void {
    this.#calls.delete(hash(callId))
    if (this.#calls.size > 0 || this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }

  /** What a successor has to know of them. */
  marks(): readonly number[] {
    return [...this.#calls]
  }

  /** Calls that another process has placed. */
  adopt(marks: readonly number[]): void {
    for (const mark of marks) if (this.#calls.size < this.#limit) this.#calls.add(mark)
  }

  /** Settles when no call is left. */
  async over(): Promise<void> {
    if (this.#calls.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }
}

/** FNV-1a cut to 30 bits: V8 keeps such a number without an object. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) {
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  }
  return value & 0x3fffffff
}
