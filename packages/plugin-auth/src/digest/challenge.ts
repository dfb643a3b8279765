/** WWW-Authenticate and Proxy-Authenticate: one line for each algorithm, the best first. RFC 8760 §2.4 */
import { type DigestAlgorithm } from './algorithm.js'

export interface Challenge {
  readonly realm: string
  readonly nonce: string
  /** In the order of preference. */
  readonly algorithms: readonly DigestAlgorithm[]
  /** `auth`, or `auth,auth-int`. */
  readonly qop: string
  /** The nonce that came was ours and has expired: the same password will do. */
  readonly stale: boolean
}

/** The values, each for a line of its own. */
export function formatChallenge(challenge: Challenge): readonly string[] {
  const { realm, nonce, algorithms, qop, stale } = challenge
  const rest = stale ? ', stale=true' : ''
  return algorithms.map(
    (algorithm) =>
      `Digest realm="${quoted(realm)}", nonce="${nonce}", algorithm=${algorithm}, qop="${qop}"${rest}`,
  )
}

/** MD5 comes last whatever the order: a client takes the first that it knows. RFC 8760 §2.3 */
export function preferred(algorithms: readonly DigestAlgorithm[]): readonly DigestAlgorithm[] {
  const unique = [...new Set(algorithms)]
  return [...unique.filter((each) => each !== 'MD5'), ...unique.filter((each) => each === 'MD5')]
}

function quoted(text: string): string {
  return text.replace(/["\\]/g, '\\$&')
}
