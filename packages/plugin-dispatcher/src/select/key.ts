/**
 * What of a request is hashed. Equal keys, equal destination, so what RFC 3261 §19.1.4 calls the same is the same key: a
 * port that is the default is none, hosts have no case, an escaped letter is the letter.
 */
import {
  identity,
  isSipUri,
  parseNameAddr,
  parseUri,
  SipError,
  type SipRequest,
  type Uri,
} from '@sipwright/framework'
import { type SelectContext } from './algorithm.js'

/** Finds the key; undefined: this request has none. */
export type KeyOf = (ctx: SelectContext) => string | undefined

/** A key by its name, or one's own function of the request. */
export type KeyLike = string | KeyOf

/** Whether a key has such a name. */
export function isKeyName(name: string): boolean {
  return byName.has(name) || headerName(name) !== undefined
}

/** The names that `keyNamed` knows, for messages. */
export const keyNames =
  'call-id, from, from.user, to, to.user, ruri, ruri.user, auth.user, source.address, method, header:<name>'

/** The key of that name, or the function itself. Throws SIPW_ERR_KEY_UNKNOWN. */
export function keyNamed(given: KeyLike): KeyOf {
  if (typeof given === 'function') return given
  const known = byName.get(given)
  if (known !== undefined) return known
  const header = headerName(given)
  if (header === undefined) throw new SipError('SIPW_ERR_KEY_UNKNOWN', [given, keyNames])
  return ({ request }) => request.headers.get(header)?.trim() || undefined
}

/** `user@host`, with the port where it is not the default; of other schemes what follows the scheme. */
export function uriKey(uri: Uri): string {
  if (!isSipUri(uri)) return unescaped(uri.rest)
  const standard = uri.scheme === 'sips' ? 5061 : 5060
  const port = uri.port === undefined || uri.port === standard ? '' : `:${uri.port}`
  const place = uri.host.toLowerCase() + port
  return uri.user === undefined ? place : `${unescaped(uri.user)}@${place}`
}

/** The user of a SIP URI, the number of a tel URI; undefined if it names nobody. */
export function userKey(uri: Uri): string | undefined {
  if (isSipUri(uri)) return uri.user === undefined ? undefined : unescaped(uri.user)
  const semicolon = uri.rest.indexOf(';')
  return unescaped(semicolon < 0 ? uri.rest : uri.rest.slice(0, semicolon)) || undefined
}

/** The URI of From or To; undefined if it cannot be read. */
export function uriIn(request: SipRequest, header: 'From' | 'To'): Uri | undefined {
  const text = request.headers.get(header)
  if (text === undefined) return undefined
  return read(() => parseUri(parseNameAddr(text, header).uri))
}

/** The Request-URI; undefined if it cannot be read. */
export function requestUriOf(request: SipRequest): Uri | undefined {
  return read(() => request.requestUri)
}

/**
 * Who has proven to have sent it; else the user name that digest credentials give, those for a proxy before those for a
 * server: a backend that will check them. RFC 3261 §22
 */
export function authUser(ctx: SelectContext): string | undefined {
  const { request } = ctx
  return (
    ctx.peek?.(identity)?.user ??
    digestUser(request.headers.get('Proxy-Authorization')) ??
    digestUser(request.headers.get('Authorization'))
  )
}

const byName: ReadonlyMap<string, KeyOf> = new Map<string, KeyOf>([
  ['call-id', ({ request }) => request.callId],
  ['from', ({ request }) => keyOf(uriIn(request, 'From'))],
  ['from.user', ({ request }) => userOf(uriIn(request, 'From'))],
  ['to', ({ request }) => keyOf(uriIn(request, 'To'))],
  ['to.user', ({ request }) => userOf(uriIn(request, 'To'))],
  ['ruri', ({ request }) => keyOf(requestUriOf(request))],
  ['ruri.user', ({ request }) => userOf(requestUriOf(request))],
  ['auth.user', authUser],
  ['source.address', ({ source }) => source?.address],
  ['method', ({ request }) => request.method],
])

/** The name in `header:X-Tenant`. */
function headerName(given: string): string | undefined {
  return /^header:([A-Za-z0-9\-.!%*_+`'~]+)$/.exec(given)?.[1]
}

function keyOf(uri: Uri | undefined): string | undefined {
  return uri === undefined ? undefined : uriKey(uri)
}

function userOf(uri: Uri | undefined): string | undefined {
  return uri === undefined ? undefined : userKey(uri)
}

/** A stranger's text that cannot be read is no key, and no fault. */
function read(parse: () => Uri): Uri | undefined {
  try {
    return parse()
  } catch (error) {
    if (error instanceof SipError) return undefined
    throw error
  }
}

function digestUser(credentials: string | undefined): string | undefined {
  if (credentials === undefined || !/^\s*digest\s/i.test(credentials)) return undefined
  const quoted = /[\s,]username\s*=\s*"((?:[^"\\]|\\.)*)"/i.exec(credentials)?.[1]
  return quoted === undefined || quoted === '' ? undefined : quoted.replace(/\\(.)/g, '$1')
}

function unescaped(text: string): string {
  return text.includes('%')
    ? text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 16)),
      )
    : text
}
