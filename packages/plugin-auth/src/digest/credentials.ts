/** Reading Authorization and Proxy-Authorization. RFC 3261 §20.7, §25.1; RFC 7616 §3.4 */
import { type SipHeaders } from '@sipwright/framework'
import { digitsOf, digestAlgorithms, type DigestAlgorithm } from './algorithm.js'

export type CredentialsHeader = 'Authorization' | 'Proxy-Authorization'

/** Digest credentials, checked for form only. */
export interface Credentials {
  /** Escapes taken off. */
  readonly user: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  /** Lower case, as many digits as the algorithm has. */
  readonly response: string
  readonly algorithm: DigestAlgorithm
  readonly cnonce: string
  readonly qop: 'auth' | 'auth-int'
  /** As written, and its value. */
  readonly nc: string
  readonly count: number
}

/** What one header line is to a realm. */
export type CredentialsLine =
  | { readonly kind: 'credentials'; readonly credentials: Credentials }
  /** For this realm, or for none that can be read; `user` is there where it can be. */
  | { readonly kind: 'malformed'; readonly user: string | undefined }
  /** Another scheme, or another realm: not ours to read. */
  | { readonly kind: 'foreign' }

/** The first line that is for this realm; else, `malformed` if one cannot be read, `foreign` if none can be meant. */
export function credentialsFor(
  headers: SipHeaders,
  header: CredentialsHeader,
  realm: string,
): CredentialsLine {
  let found: CredentialsLine = foreign
  for (const value of headers.getAll(header)) {
    const line = readCredentials(value, realm)
    if (line.kind === 'credentials') return line
    if (line.kind === 'malformed') found = line
  }
  return found
}

/** One header value. */
export function readCredentials(value: string, realm: string): CredentialsLine {
  if (!isDigest(value)) return foreign
  const params = readParams(value)
  if (params === undefined) return { kind: 'malformed', user: undefined }
  const named = params.get('realm')
  if (named !== undefined && unescaped(named) !== realm) return foreign
  const user = unescaped(params.get('username') ?? '') || undefined
  const credentials = checked(params, realm, user)
  return credentials === undefined
    ? { kind: 'malformed', user }
    : { kind: 'credentials', credentials }
}

/** Realm and nonce of digest credentials, whatever else they say; undefined for another scheme. */
export function realmAndNonce(
  value: string,
): { readonly realm: string; readonly nonce: string } | undefined {
  const params = isDigest(value) ? readParams(value) : undefined
  const [realm, nonce] = [params?.get('realm'), params?.get('nonce')]
  return realm === undefined || nonce === undefined ? undefined : { realm: unescaped(realm), nonce }
}

/** In bytes; Kamailio's table holds 64. */
const longestName = 255

const foreign: CredentialsLine = { kind: 'foreign' }

function isDigest(value: string): boolean {
  return /^digest[ \t]/i.test(value)
}

function checked(
  params: ReadonlyMap<string, string>,
  realm: string,
  user: string | undefined,
): Credentials | undefined {
  const [nonce, uri, cnonce] = [params.get('nonce'), params.get('uri'), params.get('cnonce')]
  if (user === undefined || !nonce || !uri || !cnonce || !params.has('realm')) return undefined
  if (!isName(user)) return undefined
  // User names that are hashed or written in another character set are never offered. RFC 7616 §3.4.4
  if (params.has('username*') || params.get('userhash')?.toLowerCase() === 'true') return undefined
  const algorithm = algorithmNamed(params.get('algorithm') ?? 'MD5')
  const response = params.get('response')?.toLowerCase()
  const qop = params.get('qop')?.toLowerCase()
  const nc = params.get('nc')
  if (algorithm === undefined || (qop !== 'auth' && qop !== 'auth-int')) return undefined
  if (nc === undefined || !/^[\da-f]{8}$/i.test(nc)) return undefined
  if (response?.length !== digitsOf(algorithm) || !/^[\da-f]+$/.test(response)) return undefined
  const count = Number.parseInt(nc, 16)
  return { user, realm, nonce, uri, response, algorithm, cnonce, qop, nc, count }
}

/** Nobody is called so otherwise, and databases stumble over some of it. */
function isName(user: string): boolean {
  return user.length <= longestName && !/[\0-\x1f\x7f]/.test(user)
}

function algorithmNamed(name: string): DigestAlgorithm | undefined {
  const upper = name.toUpperCase()
  return digestAlgorithms.find((algorithm) => algorithm === upper)
}

/** One `name=value` or `name="value"` and the comma or the end behind it. */
const param =
  /[ \t]*([\w!#$%&'*+.^`|~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",;=]+))[ \t]*(?:,|$)/y

/** By lower-case name; undefined for what is no list of them, or names one twice. */
function readParams(value: string): ReadonlyMap<string, string> | undefined {
  const params = new Map<string, string>()
  param.lastIndex = 'digest '.length
  while (param.lastIndex < value.length) {
    const match = param.exec(value)
    if (match === null) return undefined
    const name = match[1]!.toLowerCase()
    if (params.has(name)) return undefined
    params.set(name, match[2] ?? match[3] ?? '')
  }
  // A comma that ends the line promises one more.
  return params.size === 0 || value.trimEnd().endsWith(',') ? undefined : params
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replace(/\\(.)/gs, '$1') : text
}
