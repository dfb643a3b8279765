/**
 * Loop detection: a request that comes back with everything the same that decides where it goes would go round
 * for ever; one that comes back with another Request-URI (a spiral) is fine. RFC 3261 §16.3 step 4, §16.6 step 8,
 * RFC 5393 §4.2
 */
import { type SipRequest } from '../message/message.js'
import { spell } from '../message/spelling.js'
import { parseVia } from '../message/via.js'

/**
 * A short token over all that decides where a request goes: From and To tags, Call-ID, CSeq number, Request-URI,
 * Route, Proxy-Require, Proxy-Authorization; not Via, which differs in every round (RFC 5393 §4.2.1). Compute it
 * on the request as it came. A `seed` of the process's own keeps two proxies with the same private address apart.
 */
export function loopKey(request: SipRequest, seed = 0): string {
  const { headers } = request
  let hash = (offsetBasis ^ seed) >>> 0
  hash = mix(hash, request.fromTag)
  hash = mix(hash, request.toTag)
  hash = mix(hash, request.callId)
  hash = Math.imul(hash ^ request.cseq.number, prime)
  hash = mix(hash, request.uri)
  for (const name of decidingHeaders) {
    const first = headers.get(name)
    hash = mix(hash, first)
    if (first !== undefined && headers.count(name) > 1) hash = mixAll(hash, headers.getAll(name))
  }
  return spell(finish(hash))
}

/** The branch for a copy that leaves: `z9hG4bK3k…` and the loop key behind a mark. RFC 3261 §16.6 step 8 */
export function branchWith(branch: string, key: string): string {
  return `${branch}${mark}${key}`
}

/** Whether one of the request's own Vias says that we have forwarded this very request before. §16.3 step 4 */
export function isLoop(
  request: SipRequest,
  key: string,
  isOurs: (host: string, port: number | undefined, transport: string) => boolean,
): boolean {
  // The request of a neighbour has one Via, and that one is the neighbour's.
  const { headers } = request
  if (headers.count('Via') === 1 && !headers.get('Via')?.includes(',')) return false
  const ending = mark + key
  return headers.values('Via').some((value) => {
    if (!value.includes(ending)) return false
    const { branch, host, port, transport } = parseVia(value)
    return branch?.endsWith(ending) === true && isOurs(host, port, transport)
  })
}

/** A token character (RFC 3261 §25.1) that no branch of ours holds otherwise. */
const mark = '~'

const decidingHeaders = ['Route', 'Proxy-Require', 'Proxy-Authorization'] as const

// FNV-1a, 32 bits: nobody gains from a collision, a stranger can only have his own request refused.
const offsetBasis = 0x811c9dc5
const prime = 0x01000193

function mix(hash: number, text: string | undefined): number {
  if (text === undefined) return Math.imul(hash ^ 0xff, prime)
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), prime)
  }
  // Ends the field, so that characters cannot move from one to the next unnoticed.
  return Math.imul(hash ^ 0x0a, prime)
}

function mixAll(hash: number, values: readonly string[]): number {
  for (const value of values) hash = mix(hash, value)
  return hash
}

/** FNV's last characters reach few bits; two multiplications spread them. */
function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
