/**
 * Sealed tokens: a text that only those who hold the key can read or make, fit for the user part of a URI, a URI parameter, a
 * tag and a Call-ID. Nothing is stored: every node with the key opens them, and so does this one after a restart.
 *
 * A token is `th1-` and base64url of: key id (1 octet), nonce (12), ciphertext, tag (12). AES-256-GCM with the use as
 * additional data, so that a token made for one use opens for no other. The nonce is made of the text (HMAC-SHA-256): the
 * same text gives the same token, as a Contact must be the same in a retransmission, a Call-ID in a whole dialog; two
 * texts give the same nonce no sooner than two random ones would.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { SipError } from '@sipwright/framework'
import { compact, expand } from './compact.js'
import { Recent } from './recent.js'

/** What a token stands for. */
export type Use = 'uri' | 'routes' | 'name'

/** How every token begins. */
export const tokenPrefix = 'th1-'

const nonceLength = 12
const tagLength = 12
/** Of the compact text. A URI is 20 to 60, a long route set some hundreds. */
const largestText = 1_200
/** Before it is made compact, in characters: nothing shrinks that much. */
const longestText = 8 * largestText
/** What is tried to be opened, in characters. */
const largestToken = tokenPrefix.length + Math.ceil(((1 + 12 + largestText + 12) * 4) / 3)
const shortestToken = tokenPrefix.length + Math.ceil(((1 + 12 + 12) * 4) / 3)

/** Tokens that need not be worked out again, in each direction: some hundred octets each. */
const recentTokens = 4_096

interface Key {
  readonly id: number
  readonly cipher: Buffer
  readonly nonce: Buffer
}

export class Seal {
  readonly #first: Key
  readonly #byId = new Map<number, Key[]>()
  readonly #sealed = new Recent(recentTokens)
  /** Only what is a token: a stranger's inventions take no room. */
  readonly #opened = new Recent(recentTokens)

  /** The first of the secrets seals; all of them open. */
  constructor([first, ...others]: readonly [string, ...string[]]) {
    this.#first = keyFrom(first)
    for (const key of [this.#first, ...others.map(keyFrom)]) {
      const same = this.#byId.get(key.id)
      if (same === undefined) this.#byId.set(key.id, [key])
      else same.push(key)
    }
  }

  /** The token of a text, latin1. Throws SIPW_ERR_TOKEN_TOO_LARGE. */
  seal(use: Use, text: string): string {
    const known = this.#sealed.get(use + text)
    if (known !== undefined) return known
    const token = this.#seal(use, text)
    this.#sealed.set(use + text, token)
    return token
  }

  /** The text of a token of ours; undefined for any other text. Never throws. */
  open(use: Use, token: string): string | undefined {
    if (!isToken(token)) return undefined
    const known = this.#opened.get(use + token)
    if (known !== undefined) return known
    const text = this.#open(use, token)
    if (text !== undefined) this.#opened.set(use + token, text)
    return text
  }

  #seal(use: Use, text: string): string {
    const { id, cipher: secret, nonce: nonceSecret } = this.#first
    const plain = text.length > longestText ? undefined : compact(text)
    if (plain === undefined || plain.length > largestText)
      throw new SipError('SIPW_ERR_TOKEN_TOO_LARGE', [text.length])
    const nonce = createHmac('sha256', nonceSecret)
      .update(use)
      .update(plain)
      .digest()
      .subarray(0, nonceLength)
    const cipher = createCipheriv('aes-256-gcm', secret, nonce, { authTagLength: tagLength })
    cipher.setAAD(Buffer.from(use, 'latin1'))
    const sealed = [Buffer.of(id), nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]
    return tokenPrefix + Buffer.concat(sealed).toString('base64url')
  }

  #open(use: Use, token: string): string | undefined {
    const digits = token.slice(tokenPrefix.length)
    const octets = Buffer.from(digits, 'base64url')
    // Of the last digit some bits say nothing: only one way of writing a token is the token.
    if (octets.toString('base64url') !== digits) return undefined
    for (const key of this.#byId.get(octets[0]!) ?? []) {
      const text = openWith(key, use, octets)
      if (text !== undefined) return text
    }
    return undefined
  }
}

/** Whether a text says that it is a token. Only `open` knows whether it is one. */
export function isToken(text: string): boolean {
  return (
    text.startsWith(tokenPrefix) &&
    text.length >= shortestToken &&
    text.length <= largestToken &&
    /^[\w-]+$/.test(text)
  )
}

function openWith({ cipher: secret }: Key, use: Use, octets: Buffer): string | undefined {
  const nonce = octets.subarray(1, 1 + nonceLength)
  const sealed = octets.subarray(1 + nonceLength, -tagLength)
  const decipher = createDecipheriv('aes-256-gcm', secret, nonce, { authTagLength: tagLength })
  decipher.setAAD(Buffer.from(use, 'latin1'))
  decipher.setAuthTag(octets.subarray(-tagLength))
  const plain = decipher.update(sealed)
  try {
    return expand(Buffer.concat([plain, decipher.final()]))
  } catch {
    return undefined
  }
}

function keyFrom(secret: string): Key {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', 'sipwright topology hiding 1', 65))
  return { id: bytes[0]!, cipher: bytes.subarray(1, 33), nonce: bytes.subarray(33) }
}
