import { type SipError } from '../errors.js'
import { type SipMessage, type SipRequest } from './message.js'

/** Bounds on what a stranger may send. */
export interface MessageLimits {
  readonly messageBytes: number
  readonly headerBytes: number
  readonly headerLineBytes: number
  readonly headers: number
  readonly vias: number
  readonly routes: number
  readonly methodBytes: number
  readonly uriBytes: number
}

export declare const defaultMessageLimits: MessageLimits

/** A message that is refused: why, and the request to answer when an answer can be addressed. */
export interface Malformed {
  readonly kind: 'malformed'
  readonly error: SipError
  /** Undefined for responses, for ACK, and where no Via says whom to answer. */
  readonly request: SipRequest | undefined
}

/**
 * Parses and checks one whole message, latin1: start line, the header lines' form, and every field that
 * a proxy must use (Via, From, To, Call-ID, CSeq, Max-Forwards, Content-Length, Route, Request-URI;
 * §16.3 step 1). Never throws on a stranger's bytes. A datagram's octets beyond Content-Length are dropped (§18.3).
 */
export declare function parseMessage(text: string, limits?: MessageLimits): SipMessage | Malformed
