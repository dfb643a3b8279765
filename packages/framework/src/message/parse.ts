/** From the bytes of one whole message to a request or a response. RFC 3261 §7, §18.3 */
import { SipError } from '../errors.js'
import { checkMessage } from './check.js'
import {
  CR,
  LF,
  SP,
  excerpt,
  isAllText,
  isAllVisible,
  isDigit,
  isToken,
  isWord,
  readNumber,
} from './grammar.js'
import { SipHeaders } from './headers.js'
import { defaultMessageLimits, type MessageLimits } from './limits.js'
import { indexLines } from './lines.js'
import { SipRequest, SipResponse, type SipMessage } from './message.js'
import { methodName } from './method.js'
import { isAnswerable } from './via.js'

export { defaultMessageLimits, type MessageLimits } from './limits.js'

/** A message that is refused: why, and the request to answer when an answer can be addressed. */
export interface Malformed {
  readonly kind: 'malformed'
  readonly error: SipError
  /**
   * What could be read of the request. Undefined for responses, for ACK, and where no Via says whom to answer.
   * Its getters may throw; `responseTo` does not.
   */
  readonly request: SipRequest | undefined
}

/**
 * Parses and checks one whole message, latin1: start line, the header lines' form, and every field that
 * a proxy must use (Via, From, To, Call-ID, CSeq, Max-Forwards, Content-Length, Route, Request-URI;
 * §16.3 step 1; `check.ts` says how). Never throws on a stranger's bytes. A datagram's octets beyond
 * Content-Length are dropped, and without one the body is the rest (§18.3). Empty lines before the start line are
 * skipped (§7.5).
 */
export function parseMessage(
  text: string,
  limits: MessageLimits = defaultMessageLimits,
): SipMessage | Malformed {
  let at = 0
  while (text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF) at += 2
  const lineEnd = text.indexOf('\r\n', at)
  if (lineEnd < 0) return refused(malformed('no start line'), undefined)
  return isWord(text, at, at + 4, 'sip/')
    ? parseResponse(text, at, lineEnd, limits)
    : parseRequest(text, at, lineEnd, limits)
}

// Request-Line = Method SP Request-URI SP SIP-Version CRLF
function parseRequest(
  text: string,
  from: number,
  to: number,
  limits: MessageLimits,
): SipMessage | Malformed {
  let at = from
  while (at < to && isToken(text.charCodeAt(at))) at++
  const methodTo = at
  if (methodTo === from || text.charCodeAt(at) !== SP || methodTo - from > limits.methodBytes) {
    return refused(malformed('the method'), undefined)
  }
  const uriFrom = ++at
  const space = text.indexOf(' ', at)
  const uriTo = space < 0 || space > to ? to : space
  const uri = text.slice(uriFrom, uriTo)
  if (!isAllVisible(uri)) return refused(malformed('the request line'), undefined)

  const section = indexLines(text, to + 2, limits)
  const headers = new SipHeaders(text, section.rows, section.used)
  const request = new SipRequest(methodName(text, from, methodTo), uri, headers, '', true)
  try {
    checkSize(text, limits)
    if (uriTo === uriFrom || text.charCodeAt(uriTo) !== SP) throw malformed('the request line')
    checkVersion(text, uriTo + 1, to)
    if (section.error !== undefined) throw section.error
    request.body = bodyOf(text, section.bodyAt, headers)
    checkMessage(request, section, limits)
    return request
  } catch (error) {
    if (!(error instanceof SipError)) throw error
    return refused(error, isToBeAnswered(request) ? request : undefined)
  }
}

// Status-Line = SIP-Version SP Status-Code SP Reason-Phrase CRLF
function parseResponse(
  text: string,
  from: number,
  to: number,
  limits: MessageLimits,
): SipMessage | Malformed {
  const status = readNumber(text, from + 8, from + 11, 699)
  const wellFormed =
    isWord(text, from, from + 7, 'sip/2.0') &&
    text.charCodeAt(from + 7) === SP &&
    status >= 100 &&
    text.charCodeAt(from + 11) === SP
  if (!wellFormed || to < from + 12) return refused(malformed('the status line'), undefined)
  const reason = text.slice(from + 12, to)
  if (!isAllText(reason)) return refused(malformed('the reason phrase'), undefined)
  try {
    checkSize(text, limits)
    const section = indexLines(text, to + 2, limits)
    if (section.error !== undefined) throw section.error
    const headers = new SipHeaders(text, section.rows, section.used)
    const body = bodyOf(text, section.bodyAt, headers)
    const response = new SipResponse(status, reason, headers, body, true)
    checkMessage(response, section, limits)
    return response
  } catch (error) {
    if (!(error instanceof SipError)) throw error
    return refused(error, undefined)
  }
}

// SIP-Version = "SIP" "/" 1*DIGIT "." 1*DIGIT
function checkVersion(text: string, from: number, to: number): void {
  if (isWord(text, from, to, 'sip/2.0')) return
  let at = from + 4
  while (at < to && isDigit(text.charCodeAt(at))) at++
  const dot = at++
  while (at < to && isDigit(text.charCodeAt(at))) at++
  const isVersion =
    isWord(text, from, from + 4, 'sip/') && text[dot] === '.' && dot > from + 4 && at > dot + 1
  if (!isVersion || at !== to) throw malformed('the request line')
  throw new SipError('SIPW_ERR_UNSUPPORTED_VERSION', [excerpt(text, from + 4, to)])
}

function checkSize(text: string, limits: MessageLimits): void {
  if (text.length <= limits.messageBytes) return
  throw new SipError('SIPW_ERR_MESSAGE_TOO_LARGE', [limits.messageBytes])
}

function bodyOf(text: string, from: number, headers: SipHeaders): string {
  const present = text.length - from
  const length = contentLength(headers, present)
  return text.slice(from, length < 0 ? text.length : from + length)
}

/**
 * The length that the header section states, -1 if it states none. Several lines must agree, or another reader
 * would cut elsewhere (RFC 4475 §3.3.9); throws SIPW_ERR_CONTENT_LENGTH, also for more than is `present`.
 */
export function contentLength(headers: SipHeaders, present: number): number {
  const first = headers.get('Content-Length')
  if (first === undefined) return -1
  const stated = lengthIn(first, present)
  if (headers.count('Content-Length') === 1) return stated
  for (const value of headers.getAll('Content-Length')) {
    if (lengthIn(value, present) !== stated) throw wrongLength(value, present)
  }
  return stated
}

function lengthIn(value: string, present: number): number {
  const length = readNumber(value, 0, value.length, present)
  if (length < 0) throw wrongLength(value, present)
  return length
}

function wrongLength(value: string, present: number): SipError {
  return new SipError('SIPW_ERR_CONTENT_LENGTH', [excerpt(value), present])
}

/** An ACK is never answered (§17), and nobody is where Via cannot be read. */
function isToBeAnswered(request: SipRequest): boolean {
  if (request.method === 'ACK') return false
  const via = request.headers.firstValue('Via')
  return via !== undefined && isAnswerable(via)
}

function refused(error: SipError, request: SipRequest | undefined): Malformed {
  return { kind: 'malformed', error, request }
}

function malformed(what: string): SipError {
  return new SipError('SIPW_ERR_MALFORMED_MESSAGE', [what])
}
