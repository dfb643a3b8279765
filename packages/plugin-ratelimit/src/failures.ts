/**
 * Who guesses passwords: wrong answers to challenges are counted for each source, whichever users it tries. A right one forgives
 * the failures with that user, not those with others: who has an account here may guess those of others no better for it.
 */
import { sourceOf } from '@sipwright/framework'

export interface FailuresOptions {
  /** Wrong answers until a source has had as many as it may. */
  readonly limit: number
  /** Within so many milliseconds. */
  readonly windowMs: number
  /** Sources remembered; beyond, the one that was quiet for longest is forgotten. */
  readonly maxSources: number
}

interface Tried {
  /** Milliseconds of the app's clock. */
  readonly until: number
  count: number
  /** No more than the limit, so there are no more users. */
  readonly byUser: Map<string, number>
}

export class Failures {
  readonly #options: FailuresOptions
  readonly #tried = new Map<string, Tried>()

  constructor(options: FailuresOptions) {
    this.#options = options
  }

  /** Sources remembered now. */
  get size(): number {
    return this.#tried.size
  }

  /** One more; true: its source has had as many as it may, and counting begins anew. */
  failed(address: string, user: string, now: number): boolean {
    const source = sourceOf(address)
    const { limit, windowMs, maxSources } = this.#options
    const known = this.#tried.get(source)
    const tried: Tried =
      known !== undefined && known.until > now
        ? known
        : { until: now + windowMs, count: 0, byUser: new Map() }
    this.#tried.delete(source)
    tried.count++
    if (tried.count >= limit) return true
    tried.byUser.set(user, (tried.byUser.get(user) ?? 0) + 1)
    if (this.#tried.size >= maxSources) this.#forgetOldest()
    this.#tried.set(source, tried)
    return false
  }

  succeeded(address: string, user: string): void {
    const tried = this.#tried.get(sourceOf(address))
    if (tried === undefined) return
    tried.count -= tried.byUser.get(user) ?? 0
    tried.byUser.delete(user)
  }

  #forgetOldest(): void {
    for (const source of this.#tried.keys()) {
      this.#tried.delete(source)
      return
    }
  }
}
