/** The hashes of digest authentication, and what is computed by them. RFC 7616 §3.4, RFC 8760 */
import { hash, timingSafeEqual } from 'node:crypto'

/** As the header fields spell them. */
export const digestAlgorithms = ['SHA-256', 'SHA-512-256', 'MD5'] as const
export type DigestAlgorithm = (typeof digestAlgorithms)[number]

const systemNames: Readonly<Record<DigestAlgorithm, string>> = {
  'SHA-256': 'sha256',
  'SHA-512-256': 'sha512-256',
  MD5: 'md5',
}

/** Hexadecimal digits of a hash. */
export function digitsOf(algorithm: DigestAlgorithm): 32 | 64 {
  return algorithm === 'MD5' ? 32 : 64
}

/** Of bytes written as latin1, in lower-case hexadecimal digits. */
export function hashOf(algorithm: DigestAlgorithm, bytes: string): string {
  return hash(systemNames[algorithm], Buffer.from(bytes, 'latin1'))
}

/** H(A1): what a server keeps instead of a password. All three are bytes written as latin1. RFC 7616 §3.4.2 */
export function ha1(
  algorithm: DigestAlgorithm,
  user: string,
  realm: string,
  password: string,
): string {
  return hashOf(algorithm, `${user}:${realm}:${password}`)
}

/** What a response is computed from, besides H(A1). */
export interface DigestInput {
  readonly method: string
  /** The digest-uri, as the credentials write it. */
  readonly uri: string
  readonly nonce: string
  /** Eight hexadecimal digits, as written. */
  readonly nc: string
  readonly cnonce: string
  readonly qop: 'auth' | 'auth-int'
  /** Counts for `auth-int` only. */
  readonly body: string
}

/** The response of who knows the password. RFC 7616 §3.4.1, §3.4.3 */
export function responseOf(algorithm: DigestAlgorithm, a1: string, input: DigestInput): string {
  const { method, uri, nonce, nc, cnonce, qop, body } = input
  const a2 = `${method}:${uri}`
  const whole = qop === 'auth' ? a2 : `${a2}:${hashOf(algorithm, body)}`
  const ha2 = hashOf(algorithm, whole)
  return hashOf(algorithm, `${a1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`)
}

/** Whether two texts are equal, in a time that does not tell where they differ. */
export function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one, 'latin1'), Buffer.from(other, 'latin1')]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** Text of a configuration as it stands on the wire: the bytes of UTF-8. RFC 7616 §4 */
export function wireText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}
