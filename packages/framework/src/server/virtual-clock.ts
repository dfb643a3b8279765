/** A clock that only moves when told: an hour of ringing passes in milliseconds. */
import { type Clock } from '../environment.js'

interface Waiting {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

export class VirtualClock implements Clock {
  #now: number
  #order = 0
  /** Earliest first; equal times in the order they were set. */
  readonly #waiting: Waiting[] = []

  constructor(startMs = 0) {
    this.#now = startMs
  }

  now(): number {
    return this.#now
  }

  after(delayMs: number, run: () => void): () => void {
    const waiting = { at: this.#now + Math.max(0, delayMs), order: this.#order++, run }
    const behind = this.#waiting.findLastIndex((other) => other.at <= waiting.at)
    this.#waiting.splice(behind + 1, 0, waiting)
    return () => {
      const index = this.#waiting.indexOf(waiting)
      if (index >= 0) this.#waiting.splice(index, 1)
    }
  }

  /** When the next timer is due; Infinity if none waits. */
  get next(): number {
    return this.#waiting[0]?.at ?? Infinity
  }

  /** Moves on by `ms`, firing what falls due on the way, in order. */
  advance(ms: number): void {
    const end = this.#now + ms
    while (this.next <= end) this.#fireNext()
    this.#now = end
  }

  /** As `advance`, and promises settle after each instant: for what awaits on the way. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms
    await settled()
    while (this.next <= end) {
      const instant = this.next
      while (this.next === instant) this.#fireNext()
      await settled()
    }
    this.#now = end
  }

  #fireNext(): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) return
    this.#now = waiting.at
    waiting.run()
  }
}

/** Every promise that can settle without the outside has settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
