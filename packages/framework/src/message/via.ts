/** The Via header field, and what a server writes into it. RFC 3261 §20.42, §18.2.1; RFC 3581 */
import { SipError } from '../errors.js'
import {
  COLON,
  SEMI,
  SLASH,
  excerpt,
  hostEnd,
  hostText,
  isDigit,
  isToken,
  isWord,
  readNumber,
  skipWhite,
  trimEnd,
} from './grammar.js'
import { VIA } from './header-name.js'
import { type SipHeaders } from './headers.js'
import { ParamCursor, parseParams, type Params } from './params.js'

/** One Via header field value. RFC 3261 §20.42 */
export interface Via {
  /** Upper-case: `UDP`. */
  readonly transport: string
  /** Lower-case, IPv6 without brackets. */
  readonly host: string
  readonly port: number | undefined
  readonly branch: string | undefined
  readonly params: Params
}

/**
 * Parses one Via value: `SIP/2.0/UDP pc33.atlanta.com:5066;branch=z9hG4bK776asdhds`. Throws
 * SIPW_ERR_MALFORMED_HEADER. `from` and `end` bound the value within a longer text.
 */
export function parseVia(text: string, from = 0, end = text.length): Via {
  const to = trimEnd(text, from, end)
  const read = usualVia(text, from, to)
  if (read !== undefined) return read
  const sentBy = parseSentBy(text, from, to)
  if (sentBy?.protocol !== 'SIP/2.0') throw malformed(text, from, to)
  cursor.over(text, sentBy.end, to)
  let branch: string | undefined
  while (cursor.next()) {
    if (!cursor.is('branch')) continue
    // Two branches would let two readers of one message see two transactions.
    if (branch !== undefined || cursor.valueFrom < 0) throw malformed(text, from, to)
    branch = cursor.value()
  }
  if (cursor.failed) throw malformed(text, from, to)
  return new ParsedVia(text, sentBy, branch, to)
}

/** What nearly everybody writes, and but for the port nothing that is malformed: sent-by, branch, rport. */
const usual =
  /SIP\/2\.0\/(?:UDP|TCP|TLS) [a-z0-9\-._]+:\d{1,5};branch=[A-Za-z0-9\-.!%*_+`'~]+(?:;rport(?:=\d+)?)?/y
const transportAt = 'SIP/2.0/'.length
const hostAt = 'SIP/2.0/UDP '.length
const branchParameter = ';branch='

/** Reads it without a loop over characters; undefined if the value is another one. */
function usualVia(text: string, from: number, to: number): Via | undefined {
  usual.lastIndex = from
  if (!usual.test(text) || usual.lastIndex !== to) return undefined
  const hostFrom = from + hostAt
  const hostTo = text.indexOf(':', hostFrom)
  const sentByTo = text.indexOf(';', hostTo)
  const branchFrom = sentByTo + branchParameter.length
  const next = text.indexOf(';', branchFrom)
  const branchTo = next < 0 || next > to ? to : next
  found.protocol = 'SIP/2.0'
  found.transport = transportName(text, from + transportAt, hostFrom - 1)
  found.host = text.slice(hostFrom, hostTo)
  found.port = readNumber(text, hostTo + 1, sentByTo, 65_535)
  found.end = sentByTo
  if (found.port < 1) throw malformed(text, from, to)
  return new ParsedVia(text, found, text.slice(branchFrom, branchTo), to)
}

/**
 * Whether a response could be sent where this Via value says, whatever its version and however malformed its
 * parameters are: transport and host can be read. RFC 3261 §18.2.2
 */
export function isAnswerable(text: string): boolean {
  return parseSentBy(text, 0, trimEnd(text, 0, text.length)) !== undefined
}

/**
 * Writes the address that a request came from into its topmost Via: `received` when the address differs
 * from sent-by or `rport` was asked for, and `rport`'s value. What the client wrote there itself is replaced or
 * removed, as it would say where answers go. IPv6 stands without brackets (RFC 5118 §4.5). Never throws: a value
 * that cannot be read stays as it is. `via`: the value, where it has been read. RFC 3261 §18.2.1, RFC 3581 §4
 */
export function stampSource(
  headers: SipHeaders,
  address: string,
  port: number,
  via?: Pick<Via, 'host'>,
): void {
  const span = headers.span(VIA)
  if (span === undefined) return
  const { text, from, to } = span
  if (via?.host === address && hasBranchOnly(text, from, to)) return
  const sentBy = parseSentBy(text, from, to)
  if (sentBy === undefined) return
  cursor.over(text, sentBy.end, to)
  let stamped = ''
  let kept = from
  let rport = false
  let received = false
  let before = sentBy.end
  while (cursor.next()) {
    const end = cursor.valueFrom < 0 ? cursor.nameTo : cursor.valueTo
    if (cursor.is('rport') || cursor.is('received')) {
      stamped += text.slice(kept, before)
      kept = end
      if (cursor.is('received')) received = true
      else if (!rport) {
        rport = true
        stamped += `;rport=${port}`
      }
    }
    before = end
  }
  const differs = rport || sentBy.host !== address
  if (!differs && !received) return
  // Behind what could be read: a malformed rest is not ours to mend.
  stamped += text.slice(kept, before)
  if (differs) stamped += `;received=${address}`
  headers.replaceFirstValue('Via', stamped + text.slice(before, to))
}

/** No parameter can be `rport` or `received`: the only one is the branch. */
function hasBranchOnly(text: string, from: number, to: number): boolean {
  const first = text.indexOf(';', from)
  if (first < 0 || !text.startsWith(branchParameter, first)) return false
  const next = text.indexOf(';', first + 1)
  return next < 0 || next >= to
}

interface SentBy {
  /** `SIP/2.0`, or whatever protocol and version are named. */
  readonly protocol: string
  readonly transport: string
  readonly host: string
  readonly port: number | undefined
  /** Where the parameters begin. */
  readonly end: number
}

/** Both are read at once by whoever asked: every message has a Via, and they need not be made for each. */
const cursor = new ParamCursor()
const found = {
  protocol: '',
  transport: '',
  host: '',
  port: undefined as number | undefined,
  end: 0,
}

class ParsedVia implements Via {
  readonly transport: string
  readonly host: string
  readonly port: number | undefined
  readonly branch: string | undefined
  readonly #text: string
  readonly #paramsFrom: number
  readonly #to: number
  #params: Params | undefined

  constructor(text: string, sentBy: SentBy, branch: string | undefined, to: number) {
    this.transport = sentBy.transport
    this.host = sentBy.host
    this.port = sentBy.port
    this.branch = branch
    this.#text = text
    this.#paramsFrom = sentBy.end
    this.#to = to
  }

  get params(): Params {
    return (this.#params ??= parseParams(this.#text.slice(this.#paramsFrom, this.#to), 'Via'))
  }
}

// via-parm      = sent-protocol LWS sent-by *( SEMI via-params )
// sent-protocol = protocol-name SLASH protocol-version SLASH transport
// sent-by       = host [ COLON port ]
function parseSentBy(text: string, from: number, to: number): SentBy | undefined {
  const usual = text.startsWith('SIP/2.0/', from) && from + 8 <= to
  const nameFrom = usual ? from : skipWhite(text, from, to)
  const nameTo = usual ? from + 3 : tokenEnd(text, nameFrom, to)
  const versionFrom = usual ? from + 4 : behindSlash(text, nameTo, to)
  const versionTo = usual ? from + 7 : tokenEnd(text, versionFrom, to)
  const transportFrom = usual ? from + 8 : behindSlash(text, versionTo, to)
  const transportTo = tokenEnd(text, transportFrom, to)
  if (nameTo === nameFrom || versionTo === versionFrom || transportTo === transportFrom) {
    return undefined
  }
  const hostFrom = skipWhite(text, transportTo, to)
  const hostTo = hostFrom === transportTo ? -1 : hostEnd(text, hostFrom, to)
  if (hostTo < 0) return undefined
  let end = hostTo
  let port: number | undefined
  let at = skipWhite(text, hostTo, to)
  if (at < to && text.charCodeAt(at) === COLON) {
    const portFrom = skipWhite(text, at + 1, to)
    end = portFrom
    while (end < to && isDigit(text.charCodeAt(end))) end++
    port = readNumber(text, portFrom, end, 65_535)
    if (port < 1) return undefined
    at = skipWhite(text, end, to)
  }
  if (at < to && text.charCodeAt(at) !== SEMI) return undefined
  const isSip =
    usual || (isWord(text, nameFrom, nameTo, 'sip') && isWord(text, versionFrom, versionTo, '2.0'))
  found.protocol = isSip ? 'SIP/2.0' : text.slice(nameFrom, versionTo)
  found.transport = transportName(text, transportFrom, transportTo)
  found.host = hostText(text, hostFrom, hostTo)
  found.port = port
  found.end = end
  return found
}

function tokenEnd(text: string, from: number, to: number): number {
  let at = from
  while (at < to && isToken(text.charCodeAt(at))) at++
  return at
}

/** Where something begins behind a slash with white space around it; the end of the text if no slash is there. */
function behindSlash(text: string, from: number, to: number): number {
  const slash = skipWhite(text, from, to)
  return slash < to && text.charCodeAt(slash) === SLASH ? skipWhite(text, slash + 1, to) : to
}

function transportName(text: string, from: number, to: number): string {
  const name = text.slice(from, to)
  return name === 'UDP' || name === 'TCP' || name === 'TLS' ? name : name.toUpperCase()
}

function malformed(text: string, from: number, to: number): SipError {
  return new SipError('SIPW_ERR_MALFORMED_HEADER', ['Via', excerpt(text, from, to)])
}
