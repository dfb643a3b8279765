/**
 * Nonces that need no memory: the time, something unique, and a signature over both. Any worker and any node with the
 * app's secret knows them again, and so does this one after a restart. RFC 7616 §5.4
 */
import { createHmac } from 'node:crypto'
import { sameText } from './algorithm.js'

export interface NoncesOptions {
  /** For this purpose alone. */
  readonly secret: string
  /** A nonce is good for so long. */
  readonly lifetimeMs: number
  /** Each such slot of time has a key of its own; nonces of this slot and the one before are known. */
  readonly rotationMs: number
  /** Milliseconds since 1970: shared with other processes. */
  readonly wall: () => number
  /** Unique, unguessable; letters, digits, `-` and `_`, 32 at most. */
  readonly unique: () => string
}

export type NonceVerdict =
  | { readonly kind: 'valid'; readonly issuedAt: number }
  /** Ours, and too old. */
  | { readonly kind: 'expired'; readonly issuedAt: number }
  | { readonly kind: 'forged' }

/** How far the clocks of nodes may differ. */
const skewMs = 10_000
/** No hyphen in the time and 22 characters of signature: what is between them is the rest. */
const form = /^([\da-z]{1,9})-([\w-]{1,32})-([\w-]{22})$/

export class Nonces {
  readonly #options: NoncesOptions
  /** Of this slot and its neighbours. */
  readonly #keys = new Map<number, Buffer>()

  constructor(options: NoncesOptions) {
    this.#options = options
  }

  /** A new one. `binding` is what else it is for: an address, or nothing. */
  issue(realm: string, binding = ''): string {
    const time = Math.floor(this.#options.wall())
    const signed = `${time.toString(36)}-${this.#options.unique()}`
    return `${signed}-${this.#signature(time, signed, realm, binding)}`
  }

  check(nonce: string, realm: string, binding = ''): NonceVerdict {
    const [, time, unique, signature] = form.exec(nonce) ?? []
    if (time === undefined || unique === undefined || signature === undefined) return forged
    const issuedAt = Number.parseInt(time, 36)
    const { lifetimeMs, wall } = this.#options
    const now = wall()
    // Of slots that are gone, or to come, there is no key to try.
    const ahead = this.#slotOf(now) - this.#slotOf(issuedAt)
    if (issuedAt > now + skewMs || ahead > 1) return forged
    const expected = this.#signature(issuedAt, `${time}-${unique}`, realm, binding)
    if (!sameText(signature, expected)) return forged
    return { kind: now - issuedAt > lifetimeMs ? 'expired' : 'valid', issuedAt }
  }

  #signature(time: number, signed: string, realm: string, binding: string): string {
    // 128 bits are enough to be unguessable, and keep a challenge short.
    return createHmac('sha256', this.#keyOf(this.#slotOf(time)))
      .update(`${signed} ${binding} ${realm}`, 'latin1')
      .digest()
      .toString('base64url', 0, 16)
  }

  #slotOf(time: number): number {
    return Math.floor(time / this.#options.rotationMs)
  }

  #keyOf(slot: number): Buffer {
    let key = this.#keys.get(slot)
    if (key === undefined) {
      for (const other of this.#keys.keys()) if (other < slot - 2) this.#keys.delete(other)
      key = createHmac('sha256', this.#options.secret).update(`nonces of slot ${slot}`).digest()
      this.#keys.set(slot, key)
    }
    return key
  }
}

const forged: NonceVerdict = { kind: 'forged' }
