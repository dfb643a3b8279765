/** What is known of a user, wherever it is kept. */
import { digitsOf, type DigestAlgorithm, wireText } from '../digest/algorithm.js'

/** Enough to check a password; all text as it stands on the wire, bytes written as latin1. */
export interface Account {
  readonly password?: string
  /** H(A1) by algorithm, lower case: instead of the password, for the algorithms that are there. */
  readonly ha1: Readonly<Partial<Record<DigestAlgorithm, string>>>
  /** What others are told: P-Asserted-Identity. Default: the user at the realm's domain. */
  readonly uri?: string
}

/** A user as configurations and functions give it. */
export interface AccountInput {
  readonly password?: string | undefined
  /** H(A1) in hexadecimal digits. RFC 7616 §3.4.2 */
  readonly ha1?: Readonly<Partial<Record<DigestAlgorithm, string | undefined>>> | undefined
  /** A SIP URI for P-Asserted-Identity. */
  readonly uri?: string | undefined
}

/** Whether a text can be the H(A1) of an algorithm. */
export function isHa1(text: string, algorithm: DigestAlgorithm): boolean {
  return text.length === digitsOf(algorithm) && /^[\da-f]+$/i.test(text)
}

/** The account that was given. */
export function accountOf({ password, ha1 = {}, uri }: AccountInput): Account {
  const digits = Object.entries(ha1).filter((entry): entry is [string, string] => !!entry[1])
  return {
    ha1: Object.fromEntries(digits.map(([name, hex]) => [name, hex.toLowerCase()])),
    ...(password !== undefined && { password: wireText(password) }),
    ...(uri !== undefined && { uri }),
  }
}
