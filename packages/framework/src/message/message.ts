import { type CSeq } from './cseq.js'
import { type SipHeaders } from './headers.js'
import { type NameAddr } from './name-addr.js'
import { type Uri } from './uri.js'
import { type Via } from './via.js'

/** What both kinds of message share. Getters parse when asked, remember, and throw SIPW_ERR_MALFORMED_HEADER. */
interface Message {
  readonly headers: SipHeaders
  /** latin1: one character is one byte. */
  body: string
  /** The topmost Via value. */
  readonly via: Via
  readonly from: NameAddr
  readonly to: NameAddr
  readonly fromTag: string | undefined
  readonly toTag: string | undefined
  readonly callId: string
  readonly cseq: CSeq
}

/** RFC 3261 §7.1 */
export declare class SipRequest implements Message {
  readonly kind: 'request'
  constructor(method: string, uri: string, headers: SipHeaders, body?: string)
  /** As written, case-sensitive. */
  readonly method: string
  /** The Request-URI as written. */
  uri: string
  /** The Request-URI, parsed when asked. */
  readonly requestUri: Uri
  readonly headers: SipHeaders
  body: string
  readonly via: Via
  readonly from: NameAddr
  readonly to: NameAddr
  readonly fromTag: string | undefined
  readonly toTag: string | undefined
  readonly callId: string
  readonly cseq: CSeq
  readonly maxForwards: number | undefined
  clone(): SipRequest
}

/** RFC 3261 §7.2 */
export declare class SipResponse implements Message {
  readonly kind: 'response'
  constructor(status: number, reason: string, headers: SipHeaders, body?: string)
  readonly status: number
  readonly reason: string
  readonly headers: SipHeaders
  body: string
  readonly via: Via
  readonly from: NameAddr
  readonly to: NameAddr
  readonly fromTag: string | undefined
  readonly toTag: string | undefined
  readonly callId: string
  readonly cseq: CSeq
  clone(): SipResponse
}

export type SipMessage = SipRequest | SipResponse

/** The skeleton of a response: Via, From, To, Call-ID, CSeq and (100 only) Timestamp come from the request. §8.2.6 */
export declare function responseTo(
  request: SipRequest,
  status: number,
  options?: { reason?: string; toTag?: string; headers?: Readonly<Record<string, string>> },
): SipResponse
/** The ACK for a final response other than 2xx, in the INVITE's own transaction. §17.1.1.3 */
export declare function ackFor(invite: SipRequest, response: SipResponse): SipRequest
/** §9.1 */
export declare function cancelFor(request: SipRequest): SipRequest
