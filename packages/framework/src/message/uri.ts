/** SIP, SIPS and other URIs, and when two are the same. RFC 3261 §19.1, RFC 3966 */
import { SipError } from '../errors.js'
import {
  AT,
  COLON,
  EQUAL,
  QUESTION,
  SEMI,
  excerpt,
  hexDigit,
  hostEnd,
  hostText,
  isAllUri,
  isAlpha,
  isScheme,
  isUnreserved,
  lower,
  readNumber,
} from './grammar.js'
import { kept } from './kept.js'
import { noParams, type Params } from './params.js'

/** A SIP or SIPS URI. RFC 3261 §19.1 */
export interface SipUri {
  readonly scheme: 'sip' | 'sips'
  /** As written: escapes are kept. */
  readonly user: string | undefined
  readonly password: string | undefined
  /** Lower-case, IPv6 without brackets. */
  readonly host: string
  readonly port: number | undefined
  readonly params: Params
  /** What stands behind `?`, as written. */
  readonly headers: string | undefined
}

/** A URI of another scheme: tel (RFC 3966) or one that we do not know. */
export interface OtherUri {
  /** Lower-case. */
  readonly scheme: string
  /** What stands behind the colon, as written. */
  readonly rest: string
}

export type Uri = SipUri | OtherUri

/**
 * Parses a URI; throws SIPW_ERR_MALFORMED_URI. The text may not hold white space, quotes or angle brackets.
 * Escapes are never decoded, so that `%00` ends nothing. Of two parameters of one name the first counts.
 */
export function parseUri(text: string): Uri {
  if (!isAllUri(text)) throw malformed(text)
  if (text.startsWith('sip:')) return parseSipUri(text, 'sip', 4)
  const to = text.length
  let colon = 0
  while (colon < to && isScheme(text.charCodeAt(colon))) colon++
  if (colon === 0 || colon + 1 >= to || text.charCodeAt(colon) !== COLON) throw malformed(text)
  if (!isAlpha(text.charCodeAt(0))) throw malformed(text)
  const scheme = lower(text.slice(0, colon))
  if (scheme === 'sip' || scheme === 'sips') return parseSipUri(text, scheme, colon + 1)
  return { scheme, rest: text.slice(colon + 1) }
}

export function isSipUri(uri: Uri): uri is SipUri {
  return uri.scheme === 'sip' || uri.scheme === 'sips'
}

/** Text of a SIP URI from its parts. */
export function formatUri(uri: SipUri): string {
  let text = `${uri.scheme}:`
  if (uri.user !== undefined) {
    text += uri.user
    if (uri.password !== undefined) text += `:${uri.password}`
    text += '@'
  }
  text += uri.host.includes(':') ? `[${uri.host}]` : uri.host
  if (uri.port !== undefined) text += `:${uri.port}`
  for (const [name, value] of uri.params)
    text += value === undefined ? `;${name}` : `;${name}=${value}`
  if (uri.headers !== undefined) text += `?${uri.headers}`
  return text
}

/** Whether two URIs are equivalent. RFC 3261 §19.1.4; tel URIs by RFC 3966 §4, other schemes by their text. */
export function sameUri(a: Uri, b: Uri): boolean {
  if (isSipUri(a)) return isSipUri(b) && sameSipUri(a, b)
  if (isSipUri(b) || a.scheme !== b.scheme) return false
  return a.scheme === 'tel' ? sameTel(a.rest, b.rest) : a.rest === b.rest
}

// SIP-URI  = "sip:" [ userinfo ] hostport uri-parameters [ headers ]
// userinfo = ( user / telephone-subscriber ) [ ":" password ] "@"
// Deviation: a user part may hold any visible character, as dialled "#31#" does; it is only ever passed on.
function parseSipUri(text: string, scheme: 'sip' | 'sips', from: number): SipUri {
  const at = text.indexOf('@', from)
  let user: string | undefined
  let password: string | undefined
  let hostFrom = from
  if (at >= 0) {
    // "@" is escaped in every other part, so a second one is a disguise.
    if (at === from || text.indexOf('@', at + 1) >= 0) throw malformed(text)
    const colon = text.indexOf(':', from)
    if (colon === from) throw malformed(text)
    const hasPassword = colon >= 0 && colon < at
    user = text.slice(from, hasPassword ? colon : at)
    if (hasPassword) password = text.slice(colon + 1, at)
    hostFrom = at + 1
  }
  const hostTo = hostEnd(text, hostFrom, text.length)
  if (hostTo < 0) throw malformed(text)
  let next = hostTo
  let port: number | undefined
  if (text.charCodeAt(next) === COLON) {
    const portFrom = ++next
    next = partEnd(text, next)
    port = readNumber(text, portFrom, next, 65_535)
    if (port < 1) throw malformed(text)
  }
  const question = text.indexOf('?', next)
  const paramsTo = question < 0 ? text.length : question
  return {
    scheme,
    user,
    password,
    host: hostText(text, hostFrom, hostTo),
    port,
    params: parseUriParams(text, next, paramsTo),
    headers: question < 0 ? undefined : text.slice(question + 1),
  }
}

// uri-parameters = *( ";" uri-parameter )
// other-param    = pname [ "=" pvalue ]
function parseUriParams(text: string, from: number, to: number): Params {
  if (from === to) return noParams
  const place = placeOf(text, from, to)
  const known = knownParams[place]
  if (known?.text.length === to - from && text.startsWith(known.text, from)) return known.params
  const params = new Map<string, string | undefined>()
  let at = from
  while (at < to) {
    if (text.charCodeAt(at) !== SEMI) throw malformed(text)
    const nameFrom = ++at
    while (at < to && text.charCodeAt(at) !== SEMI && text.charCodeAt(at) !== EQUAL) at++
    if (at === nameFrom) throw malformed(text)
    const name = lower(text.slice(nameFrom, at))
    let value: string | undefined
    if (text.charCodeAt(at) === EQUAL && at < to) {
      const valueFrom = ++at
      while (at < to && text.charCodeAt(at) !== SEMI) at++
      if (at === valueFrom) throw malformed(text)
      value = text.slice(valueFrom, at)
    }
    if (!params.has(name)) params.set(name, value)
  }
  if (known === undefined && to - from <= shortParams)
    knownParams[place] = { text: kept(text.slice(from, to)), params }
  return params
}

/**
 * Lists of parameters that are always the same (`;lr`, `;transport=tcp`) are read once. Each short one that comes has its place,
 * and the first to come stays there, whoever sent it: there is no more to gain for anybody.
 */
const knownParams = new Array<{ readonly text: string; readonly params: Params } | undefined>(
  64,
).fill(undefined)
const shortParams = 24

function placeOf(text: string, from: number, to: number): number {
  return (5 * (to - from) + text.charCodeAt(from + 1) + 3 * text.charCodeAt(to - 1)) & 63
}

/** The first `;` or `?` from `from` on. */
function partEnd(text: string, from: number): number {
  let at = from
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === SEMI || code === QUESTION || code === AT) break
    at++
  }
  return at
}

function sameSipUri(a: SipUri, b: SipUri): boolean {
  return (
    a.scheme === b.scheme &&
    a.host === b.host &&
    a.port === b.port &&
    sameText(a.user, b.user) &&
    sameText(a.password, b.password) &&
    sameParams(a.params, b.params) &&
    sameHeaders(a.headers, b.headers)
  )
}

/** Parameters that never match their absence; any other that stands on one side only is ignored. §19.1.4 */
const decisive = ['user', 'ttl', 'method', 'maddr', 'transport']

function sameParams(a: Params, b: Params): boolean {
  for (const name of decisive) if (a.has(name) !== b.has(name)) return false
  for (const [name, value] of a) {
    if (b.has(name) && !sameText(value?.toLowerCase(), b.get(name)?.toLowerCase())) return false
  }
  return true
}

/** URI headers are never ignored; their order is. §19.1.4 */
function sameHeaders(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  const [ours, theirs] = [headerFields(a), headerFields(b)]
  return ours.length === theirs.length && ours.every((field, index) => field === theirs[index])
}

/** What separates fields, and names from values, is no unreserved character: the whole is made normal at once. */
function headerFields(text: string): readonly string[] {
  return normal(text).split('&').map(withSmallName).sort()
}

function withSmallName(field: string): string {
  const equal = field.indexOf('=')
  if (equal < 0) return field.toLowerCase()
  return field.slice(0, equal).toLowerCase() + field.slice(equal)
}

function sameText(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true
  return a !== undefined && b !== undefined && normal(a) === normal(b)
}

/** Escapes of unreserved characters undone, the others with capital digits: equal for equivalent texts. §19.1.4 */
function normal(text: string): string {
  if (!text.includes('%')) return text
  let plain = ''
  let kept = 0
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at + 1)) {
    const high = hexDigit(text.charCodeAt(at + 1))
    const low = hexDigit(text.charCodeAt(at + 2))
    if (high < 0 || low < 0) continue
    const code = high * 16 + low
    plain += text.slice(kept, at)
    plain += isUnreserved(code) ? String.fromCharCode(code) : text.slice(at, at + 3).toUpperCase()
    kept = at + 3
  }
  return plain + text.slice(kept)
}

/** Visual separators, the case and the order of parameters do not count. RFC 3966 §4 */
function sameTel(a: string, b: string): boolean {
  return normalTel(a) === normalTel(b)
}

function normalTel(rest: string): string {
  const [number = '', ...params] = rest.toLowerCase().split(';')
  return [number.replaceAll(/[-.()]/g, ''), ...params.sort()].join(';')
}

function malformed(text: string): SipError {
  return new SipError('SIPW_ERR_MALFORMED_URI', [excerpt(text)])
}
