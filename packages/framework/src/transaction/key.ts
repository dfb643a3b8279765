/**
 * Matching messages to transactions: RFC 3261 §17.1.3 and §17.2.3. A key is one string; two messages with
 * equal keys belong to the same transaction.
 */
import { type Flow } from '../message/flow.js'
import { type SipRequest } from '../message/message.js'

/** What begins every branch that is unique. RFC 3261 §8.1.1.7 */
const magicCookie = 'z9hG4bK'

/**
 * Whether the branch alone tells one transaction from all others. One without the cookie, or with nothing
 * behind it (RFC 4475 §3.2.1), does not, and the request is matched the way of RFC 2543.
 *
 * Deviation: branches are compared byte by byte, although §7.3.1 would ignore case: folding it would merge
 * two transactions whose branches differ in case only, and nobody changes the case of a branch in between.
 */
export function isUniqueBranch(branch: string | undefined): branch is string {
  return (
    branch !== undefined && branch.length > magicCookie.length && branch.startsWith(magicCookie)
  )
}

/**
 * The key of a request's server transaction. `method` is INVITE for an ACK and for the request that a
 * CANCEL means, otherwise the request's own. `toTag` counts for RFC 2543 requests only. §17.2.3
 */
export function serverKey(
  request: SipRequest,
  flow: Flow,
  method: string,
  toTag: string | undefined,
): string {
  const { via } = request
  if (isUniqueBranch(via.branch)) {
    // The branch is last, because a quoted one may hold any character.
    return `${method} ${via.host}:${via.port ?? ''} ${via.branch}`
  }
  // The source is in it too: nobody whose requests look alike by chance or by malice shares an answer.
  return [
    method,
    flow.remoteAddress,
    request.cseq.number,
    request.uri,
    request.fromTag ?? '',
    toTag ?? '',
    request.callId,
    request.headers.firstValue('Via') ?? '',
  ].join('\n')
}

/** The branch in a key of a server transaction; undefined for one of RFC 2543, which has lines. */
export function branchOf(key: string): string | undefined {
  if (key.includes('\n')) return undefined
  const method = key.indexOf(' ')
  return key.slice(key.indexOf(' ', method + 1) + 1)
}

/**
 * The key of a client transaction: the branch that we made, unique among all requests. A CANCEL carries
 * the branch of its INVITE (§9.1) and has a key of its own; other methods are compared by the layer. §17.1.3
 */
export function clientKey(branch: string, method: string): string {
  return method === 'CANCEL' ? `CANCEL ${branch}` : branch
}

/**
 * A To tag that is the same in every retransmission and differs between transactions, which a hash of the key does
 * without asking for chance or keeping anything: for our answer to a CANCEL whose INVITE has none yet, and for refusals.
 */
export function tagFrom(key: string): string {
  // FNV-1a, twice, from different bases.
  let one = 0x811c9dc5
  let two = 0x01000193
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index)
    one = Math.imul(one ^ code, 0x01000193)
    two = Math.imul(two ^ code, 0x85ebca6b)
  }
  return (one >>> 0).toString(36) + (two >>> 0).toString(36)
}
