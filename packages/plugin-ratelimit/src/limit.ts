/** One limit at work. */
import { RateTable } from '@sipwright/framework'
import { type LimitConfig } from './config.js'

/** How long refusals are counted together. */
const windowMs = 1_000

export class Limit {
  readonly per: LimitConfig['per']
  readonly action: LimitConfig['action']
  /** Requests that it kept out. */
  exceeded = 0
  readonly #methods: ReadonlySet<string> | undefined
  readonly #rates: RateTable
  /** Refused within a window, of all keys together; more are not worth their cost. */
  readonly #mostRefused: number
  #refused = 0
  #windowEnds = 0

  constructor({ per, perSecond, burst, methods, action }: LimitConfig, maxKeys: number) {
    this.per = per
    this.action = action
    this.#methods = methods && new Set(methods)
    this.#rates = new RateTable({
      perSecond,
      burst: burst ?? Math.max(1, Math.ceil(perSecond)),
      maxKeys,
    })
    this.#mostRefused = Math.max(10, Math.ceil(perSecond))
  }

  /** One request: 0, or the milliseconds until one may come. */
  take(key: string, method: string, now: number): number {
    if (this.#methods?.has(method) === false) return 0
    const waitMs = this.#rates.take(key, now)
    if (waitMs > 0) {
      this.exceeded++
      this.#countRefusal(now)
    }
    return waitMs
  }

  /**
   * One request outside a dialog that nobody has read yet: true if it is above the limit, and as many have been refused within this
   * second as may come in one. Reading and refusing the rest of a flood would take the time of those who are served.
   */
  isFlooded(key: string, text: string, now: number): boolean {
    if (now >= this.#windowEnds || this.#refused < this.#mostRefused) return false
    if (this.#rates.waitMs(key, now) === 0) return false
    return this.#methods?.has(text.slice(0, text.indexOf(' '))) !== false
  }

  #countRefusal(now: number): void {
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + windowMs
      this.#refused = 0
    }
    this.#refused++
  }
}

/** In whole seconds, at least one. RFC 3261 §20.33 */
export function retryAfter(waitMs: number): { readonly 'Retry-After': string } {
  return { 'Retry-After': String(Math.max(1, Math.ceil(waitMs / 1_000))) }
}
