/**
 * Users that must be asked for one by one: a database, a function. An answer is remembered for who has proven to be that
 * user, and for nobody else: whoever fails has cost one question, known or not. What waits is bounded.
 */
import { SipError } from '@sipwright/framework'
import { type Account, type AccountInput, accountOf } from './account.js'

/** Somewhere users are kept. */
export interface UserSource {
  /** For messages, without secrets. */
  readonly name: string
  find(user: string, realm: string): AccountInput | undefined | Promise<AccountInput | undefined>
  check?(): Promise<void>
  close?(): Promise<void>
}

export interface LookupsOptions {
  /** Asked in this order until one knows the user. */
  readonly sources: readonly UserSource[]
  readonly cacheSize: number
  readonly cacheLifetimeMs: number
  /** Questions that wait for an answer at most. */
  readonly pending: number
}

interface Remembered {
  readonly account: Account
  readonly until: number
}

export class Lookups {
  readonly #options: LookupsOptions
  /** Least recently used first. */
  readonly #cache = new Map<string, Remembered>()
  readonly #asked = new Map<string, Promise<Account | undefined>>()

  constructor(options: LookupsOptions) {
    this.#options = options
  }

  /** Whether there is anybody to ask. */
  get any(): boolean {
    return this.#options.sources.length > 0
  }

  /** Users that are remembered. */
  get size(): number {
    return this.#cache.size
  }

  /** Who has proven to be that user before, by text as it stands on the wire. */
  remembered(user: string, realm: string, now: number): Account | undefined {
    const key = keyOf(user, realm)
    const found = this.#cache.get(key)
    if (found === undefined) return undefined
    this.#cache.delete(key)
    if (found.until <= now) return undefined
    this.#cache.set(key, found)
    return found.account
  }

  /** Keeps the account of somebody who has proven to be that user. */
  remember(user: string, realm: string, account: Account, now: number): void {
    const { cacheSize, cacheLifetimeMs } = this.#options
    const key = keyOf(user, realm)
    this.#cache.delete(key)
    if (cacheSize === 0 || cacheLifetimeMs === 0) return
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size < cacheSize) break
      this.#cache.delete(oldest)
    }
    this.#cache.set(key, { account, until: now + cacheLifetimeMs })
  }

  /** Asks. Rejects with SIPW_ERR_AUTH_BUSY when too many wait, or with what a source says. */
  find(user: string, realm: string): Promise<Account | undefined> {
    const key = keyOf(user, realm)
    const asked = this.#asked.get(key)
    if (asked !== undefined) return asked
    const { pending } = this.#options
    if (this.#asked.size >= pending) {
      return Promise.reject(new SipError('SIPW_ERR_AUTH_BUSY', [pending]))
    }
    const answer = this.#ask(plainText(user), plainText(realm)).finally(() =>
      this.#asked.delete(key),
    )
    this.#asked.set(key, answer)
    return answer
  }

  /** Asks each source whether it can be asked. Rejects with SIPW_ERR_AUTH_USERS. */
  async check(): Promise<void> {
    for (const source of this.#options.sources) await source.check?.()
  }

  /** Forgets what it remembers: sources may have changed. */
  clear(): void {
    this.#cache.clear()
  }

  async close(): Promise<void> {
    for (const source of this.#options.sources) await source.close?.()
  }

  async #ask(user: string, realm: string): Promise<Account | undefined> {
    for (const source of this.#options.sources) {
      const found = await source.find(user, realm)
      if (found !== undefined) return accountOf(found)
    }
    return undefined
  }
}

function keyOf(user: string, realm: string): string {
  return `${realm.length} ${realm} ${user}`
}

/** Bytes of the wire as text. */
function plainText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
