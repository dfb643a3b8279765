/**
 * Cuts a header section into lines and finds the name of each, in one pass. RFC 3261 §7.3.1, §25.1
 *
 * The rules are stricter than a tolerant reader's, because what we let through a less strict one behind us
 * may cut elsewhere: only CRLF ends a line, a name is a token, and a control character stands nowhere but
 * behind a backslash in a quoted string.
 */
import { SipError } from '../errors.js'
import { BACKSLASH, COLON, CR, DQUOTE, HTAB, LF, SP, isText, isToken, trimEnd } from './grammar.js'
import { headerId } from './header-name.js'
import { type MessageLimits } from './limits.js'

/**
 * Lines are numbers in one flat array, `ROW` for each: a message costs one array instead of an object per
 * header field, and a copy of all its headers is a copy of these.
 */
export const ROW = 4
// The first of the four is the name's number; `FOLDED` is added when the line is folded, and above it stands which of
// the texts the line lies in.
export const FOLDED = 256
export const TEXT_SHIFT = 9
/** Where its name begins. */
export const START = 1
/** Where its value begins, behind colon and white space. */
export const VALUE = 2
/** Where the CRLF that ends it stands. */
export const END = 3

export interface HeaderSection {
  readonly rows: number[]
  /** How much of `rows` is in use. */
  readonly used: number
  /** Where the body begins; -1 if no empty line ends the section. */
  readonly bodyAt: number
  /** Bit n: a line whose name has number n is there; more than one such line. */
  readonly seen: number
  readonly repeated: number
  /** What is wrong with it first; lines that are not well formed are left out of `rows`. */
  readonly error: SipError | undefined
}

/** Indexes the lines from `from` on, up to the empty line. */
export function indexLines(text: string, from: number, limits: MessageLimits): HeaderSection {
  plainSection.lastIndex = from
  const end = plainSection.test(text) ? plainSection.lastIndex - 2 : -1
  const section = end < 0 ? undefined : indexPlainLines(text, from, end, limits)
  return section ?? indexAnyLines(text, from, limits)
}

/** The rows of the message in hand: one array that has grown already. */
const scratch: number[] = []

/** A message that is edited gets a few lines more: room for them, so that its rows need not move. */
const spareRows = 4 * ROW

/** Every line is plain up to the empty one at `end`; undefined if there is more than is allowed. */
function indexPlainLines(
  text: string,
  from: number,
  end: number,
  limits: MessageLimits,
): HeaderSection | undefined {
  if (end - from > limits.headerBytes) return undefined
  let used = 0
  let seen = 0
  let repeated = 0
  let at = from
  while (at < end) {
    const lineEnd = text.indexOf('\r', at)
    const colon = text.indexOf(':', at)
    if (lineEnd - at > limits.headerLineBytes || used === limits.headers * ROW) return undefined
    const id = headerId(text, at, trimEnd(text, at, colon))
    scratch[used] = id
    scratch[used + START] = at
    scratch[used + VALUE] = skipBlank(text, colon + 1)
    scratch[used + END] = lineEnd
    used += ROW
    if (id < 32) {
      repeated |= seen & (1 << id)
      seen |= 1 << id
    }
    at = lineEnd + 2
  }
  while (scratch.length < used + spareRows) scratch.push(0)
  return {
    rows: scratch.slice(0, used + spareRows),
    used,
    seen,
    repeated,
    bodyAt: end + 2,
    error: undefined,
  }
}

/** Line by line: some may be folded, hold control characters, or be refused. */
function indexAnyLines(text: string, from: number, limits: MessageLimits): HeaderSection {
  const rows: number[] = []
  let seen = 0
  let repeated = 0
  let bodyAt = -1
  let error: SipError | undefined
  let at = from
  for (let line = 1; ; line++) {
    if (at - from > limits.headerBytes) {
      error ??= new SipError('SIPW_ERR_HEADERS_TOO_LARGE', [limits.headerBytes])
      break
    }
    if (text.charCodeAt(at) === CR && text.charCodeAt(at + 1) === LF) {
      bodyAt = at + 2
      break
    }
    if (at >= text.length) {
      error ??= new SipError('SIPW_ERR_MALFORMED_MESSAGE', ['no empty line after the headers'])
      break
    }
    if (line > limits.headers) {
      error ??= new SipError('SIPW_ERR_TOO_MANY', ['header fields', limits.headers])
      break
    }
    plainLine.lastIndex = at
    const plain = plainLine.test(text)
    const end = plain ? plainLine.lastIndex - 2 : oddLineEnd(text, at)
    if (end < 0) {
      error ??= new SipError('SIPW_ERR_MALFORMED_MESSAGE', [`header line ${line}`])
      at = physicalEnd(text, at) + 2
      continue
    }
    if (end - at > limits.headerLineBytes) {
      error ??= new SipError('SIPW_ERR_HEADERS_TOO_LARGE', [limits.headerLineBytes])
    }
    const colon = text.indexOf(':', at)
    const id = headerId(text, at, trimEnd(text, at, colon))
    const value = skipBlank(text, colon + 1)
    const folded = !plain && text.indexOf('\n', value) < end
    rows.push(folded ? id + FOLDED : id, at, value, end)
    if (id < 32) {
      repeated |= seen & (1 << id)
      seen |= 1 << id
    }
    at = end + 2
  }
  return { rows, used: rows.length, seen, repeated, bodyAt, error }
}

// message-header = field-name *( SP / HTAB ) ":" *( TEXT-UTF8 / LWS ) CRLF
// A line without folds and control characters, as nearly all are. Neighbouring classes share no character, so
// that there is one way to match and the time is linear.
const plainLine = /[A-Za-z0-9\-.!%*_+`'~]+[ \t]*:[\t -~\x80-\xff]*\r\n(?![ \t])/y
/** All lines of a section at once, where all are plain: a call for each costs as much as its characters. */
const plainSection = /(?:[A-Za-z0-9\-.!%*_+`'~]+[ \t]*:[\t -~\x80-\xff]*\r\n(?![ \t]))*\r\n/y

/** Where a line ends that is not plain; -1 if it is not well formed. */
function oddLineEnd(text: string, from: number): number {
  let i = from
  while (isToken(text.charCodeAt(i))) i++
  if (i === from) return -1
  i = skipBlank(text, i)
  if (text.charCodeAt(i) !== COLON) return -1
  const end = quotedLineEnd(text, i + 1)
  return end === text.length ? -1 : end
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
      if (escaped === CR || escaped === LF || escaped > 0xff) return -1
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
