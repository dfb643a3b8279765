/** The tokens that are known, and who shows one. Only hashes are kept; who guesses is soon not listened to. */
import { createHmac, randomBytes } from 'node:crypto'
import { type Clock, RateTable, SipError } from '@sipwright/framework'
import { type Scope } from './scope.js'
import { hashToken, isTokenHash, isTokenOf } from './token-hash.js'

/** A token as the configuration has it. */
export interface TokenConfig {
  readonly name: string
  /** The token itself, or its hash. */
  readonly token: string
  readonly scope: Scope
}

/** Whose token it is. */
export interface TokenOwner {
  readonly name: string
  readonly scope: Scope
}

/** Wrong tokens of one address: ten at once, then one every six seconds. */
const guesses = { perSecond: 1 / 6, burst: 10, maxKeys: 10_000 }

/** Wrong tokens that wait to be hashed; each takes 16 MB for 40 ms. */
const maxWaiting = 16

export class Keyring {
  readonly #clock: Clock
  readonly #tokens: readonly (TokenOwner & { readonly hash: string })[]
  /** Right tokens that were shown before, by a digest that nothing else has: they cost no hash again. */
  readonly #known = new Map<string, TokenOwner>()
  readonly #digestKey = randomBytes(32)
  readonly #guesses = new RateTable(guesses)
  #waiting = 0
  #last: Promise<unknown> = Promise.resolve()

  /** Hashes what is not a hash yet. */
  static async of(tokens: readonly TokenConfig[], clock: Clock): Promise<Keyring> {
    const hashed = tokens.map(async ({ name, token, scope }) => {
      return { name, scope, hash: isTokenHash(token) ? token : await hashToken(token) }
    })
    return new Keyring(await Promise.all(hashed), clock)
  }

  /** Use `Keyring.of`. @internal */
  constructor(tokens: readonly (TokenOwner & { readonly hash: string })[], clock: Clock) {
    this.#tokens = tokens
    this.#clock = clock
  }

  /** There are no tokens: who reaches the port needs none. */
  get isEmpty(): boolean {
    return this.#tokens.length === 0
  }

  /**
   * Whose token that is; undefined: nobody's. Rejects with SIPW_ERR_ADMIN_RATE for an address that has shown too many wrong
   * ones, or when too many wait.
   */
  async find(token: string, address: string): Promise<TokenOwner | undefined> {
    const digest = createHmac('sha256', this.#digestKey).update(token).digest('base64')
    const known = this.#known.get(digest)
    if (known !== undefined) return known
    // Counted before it is known to be wrong: guesses that wait are guesses.
    const waitMs = this.#guesses.take(address, this.#clock.now())
    if (waitMs > 0) throw tooMany(waitMs)
    if (this.#waiting >= maxWaiting) throw tooMany(1_000)
    this.#waiting++
    try {
      const found = await this.#inTurn(() => this.#owner(token))
      if (found !== undefined) this.#known.set(digest, found)
      return found
    } finally {
      this.#waiting--
    }
  }

  async #owner(token: string): Promise<TokenOwner | undefined> {
    let found: TokenOwner | undefined
    // All of them, whichever is right: time tells nothing.
    for (const { hash, name, scope } of this.#tokens) {
      if ((await isTokenOf(token, hash)) && found === undefined) found = { name, scope }
    }
    return found
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(run)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

function tooMany(waitMs: number): SipError {
  return new SipError('SIPW_ERR_ADMIN_RATE', [Math.max(1, Math.ceil(waitMs / 1_000))])
}
