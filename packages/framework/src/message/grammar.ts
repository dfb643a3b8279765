/**
 * Classes of characters of RFC 3261 §25.1 and the few scanners that every parser here needs: loops over a table,
 * or a search for a single class of characters, which V8 does in half the time of a loop. Both are linear in what a
 * stranger sends; no pattern here has a quantifier.
 */

export const HTAB = 0x09
export const LF = 0x0a
export const CR = 0x0d
export const SP = 0x20
export const DQUOTE = 0x22
export const COMMA = 0x2c
export const SLASH = 0x2f
export const COLON = 0x3a
export const SEMI = 0x3b
export const LAQUOT = 0x3c
export const EQUAL = 0x3d
export const RAQUOT = 0x3e
export const QUESTION = 0x3f
export const AT = 0x40
export const LBRACKET = 0x5b
export const BACKSLASH = 0x5c
export const RBRACKET = 0x5d

const alpha = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const digit = '0123456789'

const TOKEN = 1
const HOST = 2
const IPV6 = 4
const TEXT = 8
const SCHEME = 16
const VALUE = 32
const UNRESERVED = 64

const classes = new Uint8Array(256)
// token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~")
mark(alpha + digit + "-.!%*_+`'~", TOKEN)
// hostname = *( domainlabel "." ) toplabel [ "." ]
// Deviation: "_" is let through, as names in private DNS zones hold it and nothing reads it otherwise.
mark(alpha + digit + '-._', HOST)
// IPv6reference = "[" IPv6address "]"
mark(digit + 'abcdefABCDEF:.', IPV6)
// scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
mark(alpha + digit + '+-.', SCHEME)
// TEXT-UTF8char = %x21-7E / UTF8-NONASCII, and SP / HTAB between them
for (let code = 0x21; code < 0x100; code++) if (code !== 0x7f) classes[code] = TEXT | classes[code]!
mark(' \t', TEXT)
// unreserved = alphanum / mark
mark(alpha + digit + "-_.!~*'()", UNRESERVED)
// What cannot end a parameter's value; see ParamCursor
for (let code = 0x21; code < 0x100; code++) {
  if (code !== 0x7f && !';,"<>'.includes(String.fromCharCode(code))) {
    classes[code] = VALUE | classes[code]!
  }
}

const notText = /[\0-\x08\x0a-\x1f\x7f\u0100-\uffff]/
const notVisible = /[\0-\x20\x7f-\uffff]/
const notUri = /[\0-\x20"<>\x7f-\uffff]/

function mark(characters: string, bit: number): void {
  for (const character of characters) {
    const code = character.charCodeAt(0)
    classes[code] = bit | classes[code]!
  }
}

/** A character of `token`. Every one of these takes a UTF-16 code; one beyond latin1 is in no class. */
export function isToken(code: number): boolean {
  return code < 256 && (classes[code]! & TOKEN) !== 0
}

/** A character of a host name or an IPv4 address. */
function isHost(code: number): boolean {
  return code < 256 && (classes[code]! & HOST) !== 0
}

/** A character of an IPv6 address, an embedded IPv4 address included. */
function isIpv6(code: number): boolean {
  return code < 256 && (classes[code]! & IPV6) !== 0
}

/** What a header field value may hold outside quoted pairs: HTAB, SP, visible characters, octets from 0x80. */
export function isText(code: number): boolean {
  return code < 256 && (classes[code]! & TEXT) !== 0
}

/** A character of a parameter's value: anything that ends neither the value nor the list. */
export function isValue(code: number): boolean {
  return code < 256 && (classes[code]! & VALUE) !== 0
}

/** A character that says the same with and without an escape. */
export function isUnreserved(code: number): boolean {
  return code < 256 && (classes[code]! & UNRESERVED) !== 0
}

/** Every character is of `isText`. */
export function isAllText(text: string): boolean {
  return !notText.test(text)
}

/** Every character is within 0x21–0x7E: no white space, no control character, no octet of UTF-8. */
export function isAllVisible(text: string): boolean {
  return !notVisible.test(text)
}

/** Every character is visible and no quote or angle bracket: nothing that ends a URI wherever it is written. */
export function isAllUri(text: string): boolean {
  return !notUri.test(text)
}

/** A character of a URI's scheme. RFC 3986 §3.1 */
export function isScheme(code: number): boolean {
  return code < 256 && (classes[code]! & SCHEME) !== 0
}

export function isAlpha(code: number): boolean {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a && code < 0x80
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

/** SP, HTAB, and the CR and LF of a fold: LWS inside a value whose line has been checked. */
export function isWhite(code: number): boolean {
  return code === SP || code === HTAB || code === CR || code === LF
}

/** The code of an ASCII capital's small letter; any other code unchanged. */
export function lowerCode(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code
}

/** What a hexadecimal digit says; -1 for anything else, and for what stands behind the end of a text. */
export function hexDigit(code: number): number {
  if (isDigit(code)) return code - 0x30
  const small = lowerCode(code)
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1
}

/** `text` with ASCII capitals made small: without a copy where there are none. */
export function lower(text: string): string {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x41 && code <= 0x5a) return text.toLowerCase()
  }
  return text
}

/** Whether `text` from `from` to `to` is `name` (given in small letters) in any case. */
export function isWord(text: string, from: number, to: number, name: string): boolean {
  if (to - from !== name.length) return false
  for (let i = 0; i < name.length; i++) {
    if (lowerCode(text.charCodeAt(from + i)) !== name.charCodeAt(i)) return false
  }
  return true
}

/** The beginning of what a stranger wrote, for the text of an error: a log line is no place for all of it. */
export function excerpt(text: string, from = 0, to = text.length): string {
  return to - from > 100 ? `${text.slice(from, from + 100)}...` : text.slice(from, to)
}

/** 1*DIGIT from `from` to `to` as a number; -1 if it is anything else or more than `max`. */
export function readNumber(text: string, from: number, to: number, max: number): number {
  if (from >= to) return -1
  let value = 0
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    if (!isDigit(code)) return -1
    value = value * 10 + code - 0x30
    if (value > max) return -1
  }
  return value
}

/** The first place from `from` on, before `to`, that is no white space. */
export function skipWhite(text: string, from: number, to: number): number {
  while (from < to && isWhite(text.charCodeAt(from))) from++
  return from
}

/** The place behind the last character before `to`, not before `from`, that is no white space. */
export function trimEnd(text: string, from: number, to: number): number {
  while (to > from && isWhite(text.charCodeAt(to - 1))) to--
  return to
}

/**
 * The place behind the quoted string that opens at `from`; -1 if it does not end before `to`.
 *
 *     quoted-string = SWS DQUOTE *(qdtext / quoted-pair ) DQUOTE
 *     quoted-pair   = "\" (%x00-09 / %x0B-0C / %x0E-7F)
 */
export function quotedEnd(text: string, from: number, to: number): number {
  for (let i = from + 1; i < to; i++) {
    const code = text.charCodeAt(i)
    if (code === DQUOTE) return i + 1
    if (code === BACKSLASH) i++
  }
  return -1
}

/** What a quoted string says: `text` from `from` to `to` without its quotes and backslashes. */
export function unquote(text: string, from: number, to: number): string {
  const inner = text.slice(from + 1, to - 1)
  if (!inner.includes('\\')) return inner
  let plain = ''
  let kept = 0
  for (let i = inner.indexOf('\\'); i >= 0; i = inner.indexOf('\\', i + 2)) {
    plain += inner.slice(kept, i)
    kept = i + 1
  }
  return plain + inner.slice(kept)
}

/**
 * The end of the host that begins at `from`, brackets included; -1 if there is none.
 *
 *     host = hostname / IPv4address / IPv6reference
 */
export function hostEnd(text: string, from: number, to: number): number {
  if (from < to && text.charCodeAt(from) === LBRACKET) {
    let i = from + 1
    while (i < to && isIpv6(text.charCodeAt(i))) i++
    const isLiteral = i < to && text.charCodeAt(i) === RBRACKET && isIpv6Address(text, from + 1, i)
    return isLiteral ? i + 1 : -1
  }
  let i = from
  while (i < to && isHost(text.charCodeAt(i))) i++
  return i === from ? -1 : i
}

/**
 * RFC 4291 §2.2: eight groups, or fewer around one gap; the last two may be written as IPv4. The characters are known to
 * be those of an address.
 */
function isIpv6Address(text: string, from: number, to: number): boolean {
  let groups = 0
  let hasGap = false
  for (let i = from; i < to;) {
    let end = i
    if (text.charCodeAt(i) === COLON) {
      while (end < to && text.charCodeAt(end) === COLON) end++
      const colons = end - i
      if (colons === 1 ? i === from || end === to : hasGap || colons > 3) return false
      hasGap ||= colons > 1
    } else {
      while (end < to && text.charCodeAt(end) !== COLON) end++
      if (text.slice(i, end).includes('.')) {
        if (end !== to || !isIpv4Address(text, i, end)) return false
        groups++
      } else if (end - i > 4) return false
      groups++
    }
    i = end
  }
  return hasGap ? groups < 8 : groups === 8
}

function isIpv4Address(text: string, from: number, to: number): boolean {
  const parts = text.slice(from, to).split('.')
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)
}

/**
 * The host from `from` to `to` in small letters, IPv6 without brackets. Three colons in a row, which the
 * ABNF of RFC 3261 asks for by mistake, are made two (RFC 5118 §4.10).
 */
export function hostText(text: string, from: number, to: number): string {
  if (text.charCodeAt(from) !== LBRACKET) return lower(text.slice(from, to))
  const address = lower(text.slice(from + 1, to - 1))
  return address.includes(':::') ? address.replace(':::', '::') : address
}
