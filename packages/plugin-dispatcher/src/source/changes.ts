/** Looks at something again and again, and tells when it has become another thing. */
import { type Clock } from '@sipwright/framework'

export interface Looked {
  /** Equal for equal content. */
  readonly signature: string
  /** Until the next look; else the usual interval. */
  readonly againMs?: number
}

/** While looking fails it is tried again after so long, twice as long each time, and no longer than the interval. */
const firstRetryMs = 1_000
const longestRetryMs = 60_000

export class Changes {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #look: () => Promise<Looked>
  #changed: (() => void) | undefined = undefined
  #signature: string | undefined = undefined
  #retryMs = firstRetryMs
  #cancel: (() => void) | undefined = undefined
  #looking = false
  #again = false

  constructor(clock: Clock, intervalMs: number, look: () => Promise<Looked>) {
    this.#clock = clock
    this.#intervalMs = intervalMs
    this.#look = look
  }

  /** What is in force now: only something else is a change. */
  seen(signature: string): void {
    this.#signature = signature
  }

  /** Reads for a load. Where that fails, what a look has told is not in force yet: the next look that succeeds tells it again. */
  async read<Content>(content: () => Promise<Content>): Promise<Content> {
    try {
      return await content()
    } catch (error) {
      this.#signature = undefined
      throw error
    }
  }

  begin(changed: () => void): void {
    this.#changed = changed
    this.#plan(this.#intervalMs)
  }

  /** Somebody says that there may be something new: looks at once. */
  now(): void {
    if (this.#changed === undefined) return
    if (this.#looking) this.#again = true
    else void this.#run()
  }

  end(): void {
    this.#changed = undefined
    this.#cancel?.()
    this.#cancel = undefined
  }

  #plan(delayMs: number): void {
    this.#cancel?.()
    this.#cancel = this.#changed && this.#clock.after(delayMs, () => void this.#run())
  }

  async #run(): Promise<void> {
    this.#looking = true
    this.#again = false
    const { delayMs, told } = await this.#outcome()
    this.#looking = false
    if (told) this.#changed?.()
    this.#plan(this.#isWantedAgain() ? 0 : delayMs)
  }

  async #outcome(): Promise<{ readonly delayMs: number; readonly told: boolean }> {
    try {
      const { signature, againMs = this.#intervalMs } = await this.#look()
      const told = this.#retryMs > firstRetryMs || signature !== this.#signature
      this.#signature = signature
      this.#retryMs = firstRetryMs
      return { delayMs: againMs, told }
    } catch {
      // The first failure is told, so that the status says so; whoever loads hears why.
      const told = this.#retryMs === firstRetryMs
      const delayMs = Math.min(this.#retryMs, Math.max(this.#intervalMs, firstRetryMs))
      this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs)
      return { delayMs, told }
    }
  }

  /** Somebody asked while it looked. */
  #isWantedAgain(): boolean {
    return this.#again
  }
}
