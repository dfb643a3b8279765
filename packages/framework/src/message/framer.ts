import { type SipError } from '../errors.js'
import { type MessageLimits } from './parse.js'

/** What one chunk of a stream yielded, in order. */
export type Framed =
  | { readonly kind: 'message'; readonly text: string }
  /** CRLFCRLF: the peer asks for a CRLF back. RFC 5626 §3.5.1 */
  | { readonly kind: 'ping' }
  /** A lone CRLF: the answer to our own ping. */
  | { readonly kind: 'pong' }
  /** The stream can no longer be cut: answer (text holds what there is), then close. */
  | { readonly kind: 'broken'; readonly error: SipError; readonly text: string }

/** Cuts a byte stream into messages at Content-Length. §18.3 */
export declare class Framer {
  constructor(limits?: MessageLimits)
  push(chunk: string): Framed[]
  /** A message has begun and is not whole: the transport's deadline for it runs. */
  readonly pending: boolean
}
