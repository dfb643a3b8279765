/** A dialog as one phone keeps it, and the requests that it sends within. RFC 3261 §12 */
import { type SipRequest, type SipResponse } from '../message/message.js'
import { parseNameAddr } from '../message/name-addr.js'

export interface Dialog {
  readonly callId: string
  readonly localTag: string
  readonly remoteTag: string
  /** From of our requests, with our tag. */
  readonly local: string
  /** To of our requests, with their tag. */
  readonly remote: string
  /** The peer's Contact: where requests end up. */
  target: string
  /** Route values, in the order in which requests visit them. §12.1 */
  readonly routes: readonly string[]
  /** Of our last request. */
  cseq: number
}

/** What a 2xx (or 1xx with a tag) makes of our request: its Record-Route, last first. §12.1.2 */
export function callerDialog(request: SipRequest, response: SipResponse): Dialog {
  return {
    callId: request.callId,
    localTag: request.fromTag ?? '',
    remoteTag: response.toTag ?? '',
    local: request.headers.get('From') ?? '',
    remote: response.headers.get('To') ?? '',
    target: contactOf(response) ?? request.uri,
    routes: response.headers.values('Record-Route').reverse(),
    cseq: request.cseq.number,
  }
}

/** What our 2xx makes of a request that came in. §12.1.1 */
export function calleeDialog(request: SipRequest, toTag: string): Dialog {
  const to = request.headers.get('To') ?? ''
  return {
    callId: request.callId,
    localTag: toTag,
    remoteTag: request.fromTag ?? '',
    local: request.toTag === undefined ? `${to};tag=${toTag}` : to,
    remote: request.headers.get('From') ?? '',
    target: contactOf(request) ?? '',
    routes: request.headers.values('Record-Route'),
    cseq: 0,
  }
}

/** Request-URI, Route values and next hop of a request within: the first router may be a strict one. §12.2.1.1 */
export function pathOf({ target, routes }: Dialog): {
  readonly uri: string
  readonly routes: readonly string[]
  readonly next: string
} {
  const [first] = routes
  if (first === undefined) return { uri: target, routes: [], next: target }
  const router = parseNameAddr(first, 'Route').uri
  if (/;lr\b/i.test(router)) return { uri: target, routes, next: router }
  return { uri: router, routes: [...routes.slice(1), `<${target}>`], next: router }
}

export function contactOf(message: SipRequest | SipResponse): string | undefined {
  const value = message.headers.firstValue('Contact')
  return value === undefined ? undefined : parseNameAddr(value, 'Contact').uri
}
