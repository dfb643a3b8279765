/**
 * Requests and responses, and those that are made from others: the skeleton of a response (§8.2.6), the ACK
 * of an INVITE's own transaction (§17.1.1.3), CANCEL (§9.1). RFC 3261 §7
 */
import { SipError } from '../errors.js'
import { parseCSeq, type CSeq } from './cseq.js'
import { isAllText, isAllVisible, isToken, readNumber } from './grammar.js'
import { CALL_ID, CSEQ, FROM, ROUTE, TIMESTAMP, TO, VIA } from './header-name.js'
import { type SipHeaders } from './headers.js'
import { parseNameAddr, type NameAddr } from './name-addr.js'
import { reasonPhrase } from './reason.js'
import { parseUri, type Uri } from './uri.js'
import { parseVia, type Via } from './via.js'

/** What both kinds of message share. Getters parse when asked, remember, and throw SIPW_ERR_MALFORMED_HEADER. */
abstract class Message {
  readonly headers: SipHeaders
  #body: string
  /** Of the headers, when what follows was remembered. */
  #revision = 0
  #via: Via | undefined
  #from: NameAddr | undefined
  #to: NameAddr | undefined
  #cseq: CSeq | undefined
  #callId: string | undefined

  protected constructor(headers: SipHeaders, body: string) {
    this.headers = headers
    this.#revision = headers.revision
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
    this.#refresh()
    return (this.#via ??= parseVia(this.headers.firstValue('Via') ?? missing('Via')))
  }

  get from(): NameAddr {
    this.#refresh()
    return (this.#from ??= parseNameAddr(this.headers.get('From') ?? missing('From'), 'From'))
  }

  get to(): NameAddr {
    this.#refresh()
    return (this.#to ??= parseNameAddr(this.headers.get('To') ?? missing('To'), 'To'))
  }

  get fromTag(): string | undefined {
    return this.from.tag
  }

  get toTag(): string | undefined {
    return this.to.tag
  }

  get callId(): string {
    this.#refresh()
    return (this.#callId ??= this.headers.get('Call-ID') ?? missing('Call-ID'))
  }

  get cseq(): CSeq {
    this.#refresh()
    return (this.#cseq ??= parseCSeq(this.headers.get('CSeq') ?? missing('CSeq')))
  }

  #refresh(): void {
    const { revision } = this.headers
    if (revision === this.#revision) return
    this.#revision = revision
    this.#via = undefined
    this.#from = undefined
    this.#to = undefined
    this.#cseq = undefined
    this.#callId = undefined
  }
}

/** RFC 3261 §7.1 */
export class SipRequest extends Message {
  readonly kind = 'request' as const
  /** As written, case-sensitive. */
  readonly method: string
  #uri: string
  #requestUri: Uri | undefined

  /** Throws SIPW_ERR_HEADER_INJECTION for a method or URI that would not stay within the start line. */
  constructor(method: string, uri: string, headers: SipHeaders, body = '') {
    checkBody(body)
    checkMethod(method)
    checkUri(uri)
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
    if (number < 0) throw new SipError('SIPW_ERR_MALFORMED_HEADER', ['Max-Forwards', value])
    return number
  }

  clone(): SipRequest {
    return new SipRequest(this.method, this.#uri, this.headers.clone(), this.body)
  }
}

/** RFC 3261 §7.2 */
export class SipResponse extends Message {
  readonly kind = 'response' as const
  readonly status: number
  readonly reason: string

  /** Throws SIPW_ERR_INVALID_STATUS outside 100–699, SIPW_ERR_HEADER_INJECTION for a reason of more than one line. */
  constructor(status: number, reason: string, headers: SipHeaders, body = '') {
    checkBody(body)
    checkStatus(status)
    checkReason(reason)
    super(headers, body)
    this.status = status
    this.reason = reason
  }

  clone(): SipResponse {
    return new SipResponse(this.status, this.reason, this.headers.clone(), this.body)
  }
}

export type SipMessage = SipRequest | SipResponse

/** What `responseTo` puts in besides the request's own fields. */
export interface ResponseOptions {
  /** Default: the registered phrase. */
  readonly reason?: string
  /** Added to To when the request had no tag and the status is above 100. */
  readonly toTag?: string
  readonly headers?: Readonly<Record<string, string>>
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
    for (const [name, value] of Object.entries(options.headers)) headers.append(name, value)
  }
  return new SipResponse(
    status,
    options?.reason ?? reasonPhrase(status),
    headers.append('Content-Length', '0'),
  )
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
  return new SipError('SIPW_ERR_HEADER_INJECTION', [what, JSON.stringify(value)])
}
