/** One limit at work. */
import { RateTable } from '@sipwright/framework'
import { type LimitConfig } from './config.js'

export class Limit {
  readonly per: LimitConfig['per']
  readonly action: LimitConfig['action']
  /** Requests that it kept out. */
  exceeded = 0
  readonly #methods: ReadonlySet<string> | undefined
  readonly #rates: RateTable

  constructor({ per, perSecond, burst, methods, action }: LimitConfig, maxKeys: number) {
    this.per = per
    this.action = action
    this.#methods = methods && new Set(methods)
    this.#rates = new RateTable({
      perSecond,
      burst: burst ?? Math.max(1, Math.ceil(perSecond)),
      maxKeys,
    })
  }

  /** One request: 0, or the milliseconds until one may come. */
  take(key: string, method: string, now: number): number {
    if (this.#methods?.has(method) === false) return 0
    const waitMs = this.#rates.take(key, now)
    if (waitMs > 0) this.exceeded++
    return waitMs
  }
}

/** In whole seconds, at least one. RFC 3261 §20.33 */
export function retryAfter(waitMs: number): { readonly 'Retry-After': string } {
  return { 'Retry-After': String(Math.max(1, Math.ceil(waitMs / 1_000))) }
}
