/**
 * Request validation: what a proxy checks before it spends anything on a request. RFC 3261 §16.3. Reasonable
 * syntax (step 1) has been checked by the message floor, Proxy-Authorization (step 6) is a plugin's matter.
 */
import { errors, type ErrorCode } from '../errors.js'
import { type SipRequest } from '../message/message.js'
import { incomingBreadth } from './breadth.js'
import { isLoop } from './loop.js'

/** What this proxy knows of itself and of the extensions it offers. */
export interface ValidationRules {
  /** Option tags that the proxy supports, lower-case. RFC 3261 §20.29 */
  readonly proxyRequire: ReadonlySet<string>
  /** Whether a Via's sent-by names one of our listeners. Host lower-case, IPv6 without brackets. */
  readonly isOurs: (host: string, port: number | undefined, transport: string) => boolean
  /** `loopKey(request)`, computed on the request as it came. */
  readonly loopKey: string
}

/** The answer to a request that is not forwarded. An ACK is never answered: the shell drops it. §17 */
export interface Refusal {
  readonly status: number
  /** Undefined: the status's own phrase. */
  readonly reason?: string
  readonly headers: Readonly<Record<string, string>>
  readonly code: ErrorCode
}

/**
 * Checks a request in the order of RFC 3261 §16.3: scheme of the Request-URI (416), Max-Forwards (483), loop (482,
 * RFC 5393 §4.2), Max-Breadth (440, RFC 5393 §5.3.3), Proxy-Require (420). Undefined: it may be forwarded.
 *
 * Deviation: a `tel` Request-URI passes. It needs no resolving where a Route or a chosen next hop leads on;
 * `nextHopUri` refuses it with 416 where it does.
 */
export function validateRequest(request: SipRequest, rules: ValidationRules): Refusal | undefined {
  if (!understoodSchemes.has(request.requestUri.scheme)) return refusal('SIPW_ERR_URI_SCHEME')
  if (request.maxForwards === 0) return refusal('SIPW_ERR_MAX_FORWARDS')
  if (isLoop(request, rules.loopKey, rules.isOurs)) return refusal('SIPW_ERR_LOOP')
  const breadth = incomingBreadth(request)
  if (breadth === undefined) return refusal('SIPW_ERR_MALFORMED_HEADER', malformedBreadth)
  if (breadth === 0) return refusal('SIPW_ERR_MAX_BREADTH', breadthExceeded)
  return unsupportedExtensions(request, rules.proxyRequire)
}

const understoodSchemes: ReadonlySet<string> = new Set(['sip', 'sips', 'tel'])
const malformedBreadth = 'Malformed Max-Breadth'
const breadthExceeded = 'Max-Breadth Exceeded'
const noHeaders: Readonly<Record<string, string>> = {}

function unsupportedExtensions(
  request: SipRequest,
  supported: ReadonlySet<string>,
): Refusal | undefined {
  // An ACK repeats what the INVITE required and was let through; in a CANCEL it means nothing. §8.2.2.3
  if (!request.headers.has('Proxy-Require')) return undefined
  if (request.method === 'ACK' || request.method === 'CANCEL') return undefined
  const unsupported = request.headers
    .values('Proxy-Require')
    .filter((tag) => !supported.has(tag.toLowerCase()))
  if (unsupported.length === 0) return undefined
  return refusal('SIPW_ERR_BAD_EXTENSION', undefined, { Unsupported: unsupported.join(', ') })
}

function refusal(
  code: ErrorCode,
  reason?: string,
  headers: Readonly<Record<string, string>> = noHeaders,
): Refusal {
  const { status } = errors[code]
  return reason === undefined ? { status, headers, code } : { status, reason, headers, code }
}
