/**
 * After a halt. A virtual machine that was moved, a long collection of garbage: timers are due of requests whose answers
 * have come meanwhile and wait in the sockets. Those are read first; else a backend that answered in time would be
 * given up, and each call that waited for it sent on or refused.
 */

/** No ordinary turn of the loop takes so long. */
export const haltMs = 100
/** Where a flood never lets the sockets be empty, timers wait no longer for them. */
export const longestReadingMs = 1_000

export class Halt {
  #readUntil: number | undefined = undefined
  #received = 0

  /**
   * Whether what waits in the sockets is to be read before timers fire that were due `lateMs` before `now`. `received` counts
   * messages: a turn of the loop that brought none has left none. It never asks for more time than the halt took.
   */
  readsFirst(now: number, lateMs: number, received: number): boolean {
    if (this.#readUntil === undefined) {
      if (lateMs < haltMs) return false
      this.#readUntil = now + Math.min(lateMs, longestReadingMs)
    } else if (now >= this.#readUntil || received === this.#received) {
      this.#readUntil = undefined
      return false
    }
    this.#received = received
    return true
  }
}
