/**
 * Requests and responses, and those that are made from others: the skeleton of a response (§8.2.6), the ACK
 * of an INVITE's own transaction (§17.1.1.3), CANCEL (§9.1). RFC 3261 §7
 */
import { SipError } from '../errors.js'
import { parseCSeq, type CSeq } from './cseq.js'
import { excerpt, isAllText, isAllVisible, isToken, readNumber } from './grammar.js'
import { CALL_ID, CSEQ, FROM, ROUTE, TIMESTAMP, TO, VIA } from './header-name.js'
import { NO_LINE, type SipHeaders } from './headers.js'
import { parseNameAddr, type NameAddr } from './name-addr.js'
import { reasonPhrase } from './reason.js'
import { parseUri, type Uri } from './uri.js'
import { parseVia, type Via } from './via.js'

/**
 * What both kinds of message share. Getters parse when asked, remember as long as the line stays the same, and throw
 * SIPW_ERR_MISSING_HEADER or SIPW_ERR_MALFORMED_HEADER.
 */
abstract class Message {
  readonly headers: SipHeaders
  #body: string
  // What was parsed, the line it was parsed from, and the version of the headers in which these lines stand.
  #version = 0
  #via: Via | undefined
  #viaLine = NO_LINE
  #from: NameAddr | undefined
  #fromLine = NO_LINE
  #to: NameAddr | undefined
  #toLine = NO_LINE
  #cseq: CSeq | undefined
  #cseqLine = NO_LINE
  #callId: string | undefined
  #callIdLine = NO_LINE

  protected constructor(headers: SipHeaders, body: string) {
    checkBody(body)
    this.headers = headers
    this.#body = body
  }

  /** latin1: one character is one byte. Setting one that is not throws SIPW_ERR_BODY_NOT_LATIN1. */
  get body(): string {
    return this.#body
  }

  set body(body: string) {
    checkBody(body)
    this.#body = body
  }

  /** The topmost Via value. */
  get via(): Via {
    this.#keepUp()
    if (this.#via === undefined) {
      const { text, from, to, line } = this.headers.span(VIA) ?? missing('Via')
      this.#via = parseVia(text, from, to)
      this.#viaLine = line
    }
    return this.#via
  }

  get from(): NameAddr {
    this.#keepUp()
    if (this.#from === undefined) {
      const { text, from, to, line } = this.headers.span(FROM, true) ?? missing('From')
      this.#from = parseNameAddr(text, 'From', from, to)
      this.#fromLine = line
    }
    return this.#from
  }

  get to(): NameAddr {
    this.#keepUp()
    if (this.#to === undefined) {
      const { text, from, to, line } = this.headers.span(TO, true) ?? missing('To')
      this.#to = parseNameAddr(text, 'To', from, to)
      this.#toLine = line
    }
    return this.#to
  }

  get fromTag(): string | undefined {
    return this.from.tag
  }

  get toTag(): string | undefined {
    return this.to.tag
  }

  get callId(): string {
    this.#keepUp()
    if (this.#callId === undefined) {
      this.#callId = this.headers.get('Call-ID') ?? missing('Call-ID')
      this.#callIdLine = this.headers.line(CALL_ID)
    }
    return this.#callId
  }

  get cseq(): CSeq {
    this.#keepUp()
    if (this.#cseq === undefined) {
      const { text, from, to, line } = this.headers.span(CSEQ, true) ?? missing('CSeq')
      this.#cseq = parseCSeq(text, from, to)
      this.#cseqLine = line
    }
    return this.#cseq
  }

  /** Takes over what `other`, whose headers these are a clone of, has parsed. */
  protected remember(other: Message): void {
    other.#keepUp()
    this.#via = other.#via
    this.#viaLine = other.#viaLine
    this.#from = other.#from
    this.#fromLine = other.#fromLine
    this.#to = other.#to
    this.#toLine = other.#toLine
    this.#cseq = other.#cseq
    this.#cseqLine = other.#cseqLine
    this.#callId = other.#callId
    this.#callIdLine = other.#callIdLine
  }

  /** After an edit of the headers, forgets what was parsed from a line that is no longer the first of its name. */
  #keepUp(): void {
    const { headers } = this
    if (this.#version === headers.version) return
    this.#version = headers.version
    if (this.#viaLine !== headers.line(VIA)) this.#via = undefined
    if (this.#fromLine !== headers.line(FROM)) this.#from = undefined
    if (this.#toLine !== headers.line(TO)) this.#to = undefined
    if (this.#cseqLine !== headers.line(CSEQ)) this.#cseq = undefined
    if (this.#callIdLine !== headers.line(CALL_ID)) this.#callId = undefined
  }
}

/** RFC 3261 §7.1 */
export class SipRequest extends Message {
  readonly kind = 'request' as const
  /** As written, case-sensitive. */
  readonly method: string
  #uri: string
  #requestUri: Uri | undefined

  /**
   * Throws SIPW_ERR_HEADER_INJECTION for a method or URI that would not stay within the start line. `checked`: they
   * come from a message that was let in.
   */
  constructor(method: string, uri: string, headers: SipHeaders, body = '', checked = false) {
    if (!checked) {
      checkMethod(method)
      checkUri(uri)
    }
    super(headers, body)
    this.method = method
    this.#uri = uri
  }

  /** The Request-URI as written. */
  get uri(): string {
    return this.#uri
  }

  set uri(uri: string) {
    checkUri(uri)
    this.#uri = uri
    this.#requestUri = undefined
  }

  /** The Request-URI, parsed when asked; throws SIPW_ERR_MALFORMED_URI. */
  get requestUri(): Uri {
    return (this.#requestUri ??= parseUri(this.#uri))
  }

  /** Undefined where RFC 2543 left it out. RFC 3261 §20.22 */
  get maxForwards(): number | undefined {
    const value = this.headers.get('Max-Forwards')
    if (value === undefined) return undefined
    const number = readNumber(value, 0, value.length, 0x7fff_ffff)
    if (number < 0)
      throw new SipError('SIPW_ERR_MALFORMED_HEADER', ['Max-Forwards', excerpt(value)])
    return number
  }

  clone(): SipRequest {
    const copy = new SipRequest(this.method, this.#uri, this.headers.clone(), this.body, true)
    copy.#requestUri = this.#requestUri
    copy.remember(this)
    return copy
  }
}

/** RFC 3261 §7.2 */
export class SipResponse extends Message {
  readonly kind = 'response' as const
  readonly status: number
  #reason: string

  /**
   * Throws SIPW_ERR_INVALID_STATUS outside 100–699, SIPW_ERR_HEADER_INJECTION for a reason of more than one line.
   * `checked`: they come from a message that was let in.
   */
  constructor(status: number, reason: string, headers: SipHeaders, body = '', checked = false) {
    if (!checked) {
      checkStatus(status)
      checkReason(reason)
    }
    super(headers, body)
    this.status = status
    this.#reason = reason
  }

  /** Setting one of more than one line throws SIPW_ERR_HEADER_INJECTION. */
  get reason(): string {
    return this.#reason
  }

  set reason(reason: string) {
    checkReason(reason)
    this.#reason = reason
  }

  clone(): SipResponse {
    const copy = new SipResponse(this.status, this.reason, this.headers.clone(), this.body, true)
    copy.remember(this)
    return copy
  }
}

export type SipMessage = SipRequest | SipResponse

/** What `responseTo` puts in besides the request's own fields. */
export interface ResponseOptions {
  /** Default: the registered phrase. */
  readonly reason?: string
  /** Added to To when the request had no tag and the status is above 100. */
  readonly toTag?: string
  /** Several values are several lines. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
}

/**
 * The skeleton of a response: Via, From, To, Call-ID, CSeq and (100 only) Timestamp come from the request,
 * byte for byte. What the request lacks is left out: a refusal must not fail on what it refuses. §8.2.6
 */
export function responseTo(
  request: SipRequest,
  status: number,
  options?: ResponseOptions,
): SipResponse {
  const headers = request.headers.pick(status === 100 ? answeredAtOnce : answered)
  if (status > 100 && options?.toTag !== undefined) addToTag(headers, options.toTag)
  if (options?.headers !== undefined) {
    for (const [name, value] of Object.entries(options.headers)) {
      if (typeof value === 'string') headers.append(name, value)
      else for (const each of value) headers.append(name, each)
    }
  }
  return new SipResponse(
    status,
    options?.reason ?? reasonPhrase(status),
    headers.append('Content-Length', '0'),
  )
}

/** Of a request only the fields that its responses repeat, as they stand now: independent of later edits. §8.2.6 */
export function fieldsToAnswer(request: SipRequest): SipRequest {
  return new SipRequest(request.method, request.uri, request.headers.pick(answeredAtOnce), '', true)
}

/**
 * The ACK for a final response other than 2xx, in the INVITE's own transaction: `invite` is the request as it
 * was sent. §17.1.1.3
 */
export function ackFor(invite: SipRequest, response: SipResponse): SipRequest {
  return inTransactionOf(invite, 'ACK', response.headers.get('To'))
}

/** The CANCEL of a request as it was sent: same hop, same transaction. §9.1 */
export function cancelFor(request: SipRequest): SipRequest {
  return inTransactionOf(request, 'CANCEL', request.headers.get('To'))
}

const answered = [VIA, FROM, TO, CALL_ID, CSEQ]
const answeredAtOnce = [VIA, FROM, TO, CALL_ID, CSEQ, TIMESTAMP]
const kept = [ROUTE, FROM, CALL_ID]

function inTransactionOf(request: SipRequest, method: string, to: string | undefined): SipRequest {
  const headers = request.headers.pick(kept)
  const via = request.headers.firstValue('Via')
  if (via !== undefined) headers.prepend('Via', via)
  if (to !== undefined) headers.append('To', to)
  headers
    .append('CSeq', `${request.cseq.number} ${method}`)
    .append('Max-Forwards', '70')
    .append('Content-Length', '0')
  return new SipRequest(method, request.uri, headers)
}

/** A To that cannot be read is left as it is: the response then goes out without a tag. */
function addToTag(headers: SipHeaders, tag: string): void {
  const to = headers.get('To')
  if (to === undefined) return
  try {
    if (parseNameAddr(to, 'To').tag !== undefined) return
  } catch {
    return
  }
  headers.set('To', `${to};tag=${tag}`)
}

function missing(header: string): never {
  throw new SipError('SIPW_ERR_MISSING_HEADER', [header])
}

function checkMethod(method: string): void {
  for (let i = 0; i < method.length; i++) {
    if (!isToken(method.charCodeAt(i))) throw injection('the method', method)
  }
  if (method === '') throw injection('the method', method)
}

function checkUri(uri: string): void {
  if (!isAllVisible(uri)) throw injection('the Request-URI', uri)
}

function checkReason(reason: string): void {
  if (!isAllText(reason)) throw injection('the reason phrase', reason)
}

function checkStatus(status: number): void {
  if (!Number.isInteger(status) || status < 100 || status > 699) {
    throw new SipError('SIPW_ERR_INVALID_STATUS', [status])
  }
}

function checkBody(body: string): void {
  // V8 knows of most strings that they are latin1 and answers without looking.
  if (/[^\0-\xff]/.test(body)) throw new SipError('SIPW_ERR_BODY_NOT_LATIN1')
}

function injection(what: string, value: string): SipError {
  return new SipError('SIPW_ERR_HEADER_INJECTION', [what, JSON.stringify(excerpt(value))])
}
