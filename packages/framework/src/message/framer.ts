/**
 * Cuts a byte stream into messages at Content-Length. RFC 3261 §18.3
 *
 * Every octet is looked at once for the empty line, however small the pieces it comes in.
 */
import { SipError } from '../errors.js'
import { CR, LF } from './grammar.js'
import { SipHeaders } from './headers.js'
import { defaultMessageLimits, type MessageLimits } from './limits.js'
import { indexLines } from './lines.js'
import { contentLength } from './parse.js'

/** What one chunk of a stream yielded, in order. */
export type Framed =
  | { readonly kind: 'message'; readonly text: string }
  /** CRLFCRLF: the peer asks for a CRLF back. RFC 5626 §3.5.1 */
  | { readonly kind: 'ping' }
  /** A lone CRLF: the answer to our own ping. */
  | { readonly kind: 'pong' }
  /** The stream can no longer be cut: answer (text holds what there is), then close. */
  | { readonly kind: 'broken'; readonly error: SipError; readonly text: string }

/**
 * Cuts a byte stream into messages at Content-Length. §18.3
 *
 * A header section that is not well formed, or states no length or two, breaks the stream: where the next
 * message begins would be a guess. Nothing is yielded after `broken`.
 */
export class Framer {
  readonly #limits: MessageLimits
  /** The pieces of the message that has begun, joined once when it is whole. */
  #pieces: string[] = []
  #length = 0
  /** The last three octets of the pieces: the empty line may lie across two chunks. */
  #tail = ''
  /** Octets of the body that have not come; -1 before the empty line. */
  #missing = -1
  /** The CR of a CRLF between messages has come. */
  #halfLine = false
  /** A CRLF between messages has been told as a pong, and would make a ping with another one. */
  #ponged = false
  #broken = false

  constructor(limits: MessageLimits = defaultMessageLimits) {
    this.#limits = limits
  }

  /** A message has begun and is not whole: the transport's deadline for it runs. */
  get pending(): boolean {
    return this.#length > 0
  }

  /** Takes the next octets, latin1, and tells what they completed. */
  push(chunk: string): Framed[] {
    const framed: Framed[] = []
    let at = 0
    while (at < chunk.length && !this.#broken) {
      if (this.#length === 0) at = this.#between(chunk, at, framed)
      else if (this.#missing < 0) at = this.#inHeaders(chunk, at, framed)
      else at = this.#inBody(chunk, at, framed)
    }
    return framed
  }

  /** Keep-alives and empty lines before a message. RFC 5626 §3.5.1, RFC 3261 §7.5 */
  #between(chunk: string, from: number, framed: Framed[]): number {
    let at = from
    let lines = this.#ponged ? 1 : 0
    const told = lines
    while (at < chunk.length) {
      const code = chunk.charCodeAt(at)
      if (this.#halfLine ? code !== LF : code !== CR) break
      this.#halfLine = !this.#halfLine
      at++
      if (this.#halfLine) continue
      lines++
      if (lines === 2) {
        framed.push({ kind: 'ping' })
        lines = 0
      }
    }
    if (lines === 1 && (told === 0 || framed.length > 0)) framed.push({ kind: 'pong' })
    this.#ponged = lines === 1
    if (at === chunk.length) return at
    // A message begins; a CR without its LF is the first octet of it, and its parser's to refuse.
    const start = this.#halfLine ? '\r' : ''
    this.#halfLine = false
    this.#ponged = false
    this.#keep(start + chunk[at]!)
    return at + 1
  }

  #inHeaders(chunk: string, from: number, framed: Framed[]): number {
    const seen = this.#tail.length
    const window = this.#tail + (from === 0 ? chunk : chunk.slice(from))
    const found = window.indexOf('\r\n\r\n')
    const end = found < 0 ? chunk.length : from + found + 4 - seen
    this.#keep(chunk.slice(from, end))
    if (this.#length > this.#limits.headerBytes + this.#limits.uriBytes) {
      this.#break(framed, new SipError('SIPW_ERR_HEADERS_TOO_LARGE', [this.#limits.headerBytes]))
    } else if (found >= 0) this.#endHeaders(framed)
    return end
  }

  /** The empty line has come: how long is the body? */
  #endHeaders(framed: Framed[]): void {
    const text = this.#joined()
    const lineEnd = text.indexOf('\r\n')
    const section = indexLines(text, lineEnd + 2, this.#limits)
    let length = -1
    let error = section.error
    if (error === undefined) {
      try {
        length = contentLength(
          new SipHeaders(text, section.rows, section.used),
          Number.MAX_SAFE_INTEGER,
        )
      } catch (cause) {
        if (!(cause instanceof SipError)) throw cause
        error = cause
      }
    }
    if (error === undefined && length < 0) {
      error = new SipError('SIPW_ERR_MISSING_HEADER', ['Content-Length'])
    }
    if (error === undefined && text.length + length > this.#limits.messageBytes) {
      error = new SipError('SIPW_ERR_MESSAGE_TOO_LARGE', [this.#limits.messageBytes])
    }
    if (error !== undefined) this.#break(framed, error)
    else if (length === 0) this.#finish(framed)
    else this.#missing = length
  }

  #inBody(chunk: string, from: number, framed: Framed[]): number {
    const end = Math.min(chunk.length, from + this.#missing)
    this.#missing -= end - from
    this.#keep(from === 0 && end === chunk.length ? chunk : chunk.slice(from, end))
    if (this.#missing === 0) this.#finish(framed)
    return end
  }

  #keep(piece: string): void {
    this.#pieces.push(piece)
    this.#length += piece.length
    if (this.#missing < 0) this.#tail = (this.#tail + piece).slice(-3)
  }

  #joined(): string {
    const text = this.#pieces.length === 1 ? this.#pieces[0]! : this.#pieces.join('')
    this.#pieces = [text]
    return text
  }

  #finish(framed: Framed[]): void {
    framed.push({ kind: 'message', text: this.#joined() })
    this.#reset()
  }

  #break(framed: Framed[], error: SipError): void {
    framed.push({ kind: 'broken', error, text: this.#joined() })
    this.#reset()
    this.#broken = true
  }

  #reset(): void {
    this.#pieces = []
    this.#length = 0
    this.#tail = ''
    this.#missing = -1
  }
}
