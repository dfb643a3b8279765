/** When a worker that ended is started again: at once, and after a growing pause when it ends again and again. */

/** A worker that served for so long had no fault that ends every one of its kind. */
const soundMs = 30_000
const firstPauseMs = 250
const longestPauseMs = 30_000

export class Respawn {
  #failures = 0

  /** Milliseconds to wait. `servedAt` is when the one that ended began to serve; undefined if it never did. */
  pause(servedAt: number | undefined, now: number): number {
    if (servedAt !== undefined && now - servedAt >= soundMs) this.#failures = 0
    const failures = this.#failures++
    if (failures === 0) return 0
    return Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1))
  }
}
