/** When leases run out: one timer for all of them. */
import { type Clock, Deadlines } from '@sipwright/framework'
import { type Lease } from './lease.js'

/** What a timer of Node can wait; it is set again after that. */
const longestDelayMs = 2 ** 31 - 1

export class Expiry {
  readonly #clock: Clock
  readonly #expired: (lease: Lease) => void
  readonly #deadlines = new Deadlines<Lease>()
  #armedAt = Infinity
  #disarm: (() => void) | undefined = undefined

  /** `expired` is told of each that runs out, once. */
  constructor(clock: Clock, expired: (lease: Lease) => void) {
    this.#clock = clock
    this.#expired = expired
  }

  /** It runs out after so long, and no longer when it would have. */
  set(lease: Lease, afterMs: number): void {
    this.#deadlines.set(lease, this.#clock.now() + afterMs)
    this.#arm()
  }

  /** It does not run out. Returns whether it would have. */
  remove(lease: Lease): boolean {
    if (lease.dueAt === Infinity) return false
    this.#deadlines.set(lease, Infinity)
    return true
  }

  /** Nothing runs out any more. */
  close(): void {
    this.#disarm?.()
    this.#disarm = undefined
    this.#armedAt = Infinity
  }

  #arm(): void {
    const { next } = this.#deadlines
    if (next >= this.#armedAt) return
    this.#disarm?.()
    this.#armedAt = next
    const delay = Math.min(Math.max(0, next - this.#clock.now()), longestDelayMs)
    this.#disarm = this.#clock.after(delay, () => {
      this.#armedAt = Infinity
      this.#disarm = undefined
      this.#run()
    })
  }

  #run(): void {
    const now = this.#clock.now()
    for (;;) {
      const lease = this.#deadlines.takeDue(now)
      if (lease === undefined) break
      this.#expired(lease)
    }
    this.#arm()
  }
}
