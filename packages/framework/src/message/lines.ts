/**
 * Cuts a header section into lines and finds the name of each, in one pass. RFC 3261 §7.3.1, §25.1
 *
 * The rules are stricter than a tolerant reader's, because what we let through a less strict one behind us
 * may cut elsewhere: only CRLF ends a line, a name is a token, and a control character stands nowhere but
 * behind a backslash in a quoted string.
 */
import { SipError } from '../errors.js'
import { BACKSLASH, COLON, CR, DQUOTE, HTAB, LF, SP, isText, isToken } from './grammar.js'
import { headerId } from './header-name.js'
import { type MessageLimits } from './limits.js'

/**
 * Lines are numbers in one flat array, `ROW` for each: a message costs one array instead of an object per
 * header field, and a copy of all its headers is a copy of these.
 */
export const ROW = 5
/** The name's number, and `FOLDED` added when the line is folded. */
export const HEAD = 0
/** Which of the texts the line lies in. */
export const TEXT = 1
/** Where its name begins. */
export const START = 2
/** Where its value begins, behind colon and white space. */
export const VALUE = 3
/** Where the CRLF that ends it stands. */
export const END = 4

export const FOLDED = 256

export interface HeaderSection {
  readonly rows: number[]
  /** Where the body begins; -1 if no empty line ends the section. */
  readonly bodyAt: number
  /** What is wrong with it first; lines that are not well formed are left out of `rows`. */
  readonly error: SipError | undefined
}

/** Indexes the lines from `from` on, up to the empty line. */
export function indexLines(text: string, from: number, limits: MessageLimits): HeaderSection {
  const length = text.length
  const rows: number[] = []
  let error: SipError | undefined
  let at = from
  for (;;) {
    if (at - from > limits.headerBytes) {
      error ??= new SipError('SIPW_ERR_HEADERS_TOO_LARGE', [limits.headerBytes])
      return { rows, bodyAt: -1, error }
    }
    if (text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF) {
      return { rows, bodyAt: at + 2, error }
    }
    if (at >= length) {
      error ??= new SipError('SIPW_ERR_MALFORMED_MESSAGE', ['no empty line after the headers'])
      return { rows, bodyAt: -1, error }
    }
    if (rows.length === limits.headers * ROW) {
      error ??= new SipError('SIPW_ERR_TOO_MANY', ['header fields', limits.headers])
      return { rows, bodyAt: -1, error }
    }

    // message-header = field-name *( SP / HTAB ) ":" SWS *( TEXT-UTF8 / LWS ) CRLF
    let i = at
    while (i < length && isToken(text.charCodeAt(i))) i++
    const nameTo = i
    i = skipBlank(text, i)
    let end = -1
    let head = 0
    let value = i
    if (nameTo > at && text.charCodeAt(i) === COLON) {
      head = headerId(text, at, nameTo)
      value = skipBlank(text, i + 1)
      i = value
      for (;;) {
        while (i < length && isText(text.charCodeAt(i))) i++
        if (text.charCodeAt(i) !== CR || text.charCodeAt(i + 1) !== LF) {
          end = quotedLineEnd(text, value)
          if (end === length) end = -1
          if (end >= 0 && text.lastIndexOf('\n', end) > value) head |= FOLDED
          break
        }
        const next = text.charCodeAt(i + 2)
        if (next !== SP && next !== HTAB) {
          end = i
          break
        }
        head |= FOLDED
        i += 3
      }
    }
    if (end < 0) {
      error ??= new SipError('SIPW_ERR_MALFORMED_MESSAGE', [`header line ${rows.length / ROW + 1}`])
      end = physicalEnd(text, at)
    } else if (end - at > limits.headerLineBytes) {
      error ??= new SipError('SIPW_ERR_HEADERS_TOO_LARGE', [limits.headerLineBytes])
    } else {
      rows.push(head, 0, at, value, end)
    }
    at = end + 2
  }
}

function skipBlank(text: string, from: number): number {
  let i = from
  for (;;) {
    const code = text.charCodeAt(i)
    if (code !== SP && code !== HTAB) return i
    i++
  }
}

/**
 * Where a value ends that holds control characters, at its CRLF or with the text: -1 unless each stands behind a
 * backslash in a quoted string. CR and LF may not even stand there.
 *
 *     quoted-pair = "\" (%x00-09 / %x0B-0C / %x0E-7F)
 */
export function quotedLineEnd(text: string, from: number): number {
  let quoted = false
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === CR && text.charCodeAt(i + 1) === LF) {
      const next = text.charCodeAt(i + 2)
      if (next !== SP && next !== HTAB) return i
      i += 2
    } else if (quoted && code === BACKSLASH) {
      i++
      const escaped = text.charCodeAt(i)
      if (Number.isNaN(escaped) || escaped === CR || escaped === LF || escaped > 0xff) return -1
    } else if (!isText(code)) {
      return -1
    } else if (code === DQUOTE) {
      quoted = !quoted
    }
  }
  return text.length
}

/** The end of a line that is not well formed, folds included, so that those behind it can still be read. */
function physicalEnd(text: string, from: number): number {
  let end = from
  for (;;) {
    end = text.indexOf('\r\n', end)
    if (end < 0) return text.length
    const next = text.charCodeAt(end + 2)
    if (next !== SP && next !== HTAB) return end
    end += 2
  }
}
