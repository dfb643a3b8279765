/** The other side of digest authentication, written from RFC 7616 §3.4 with nothing of ours but the name of a hash. */
import { createHash } from 'node:crypto'
import { type SipResponse } from '@sipwright/framework'

export interface Secrets {
  readonly user: string
  readonly password: string
}

export interface Chosen {
  readonly method: string
  readonly uri: string
  readonly nc?: string
  readonly cnonce?: string
  readonly qop?: string
  readonly body?: string
  readonly algorithm?: string
  /** What is written otherwise than it was computed. */
  readonly forged?: Readonly<Record<string, string>>
}

/** The parameters of a challenge. */
export function paramsOf(challenge: string): Readonly<Record<string, string>> {
  const pairs = challenge.matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)
  return Object.fromEntries(
    [...pairs].map(([, name, quoted, plain]) => [name ?? '', quoted ?? plain ?? '']),
  )
}

/** The challenges of a 401 or 407, in their order. */
export function challengesOf(response: SipResponse | undefined): readonly string[] {
  const names = ['WWW-Authenticate', 'Proxy-Authenticate']
  return names.flatMap((name) => response?.headers.getAll(name) ?? [])
}

/** Credentials that answer a challenge. */
export function answerTo(challenge: string, { user, password }: Secrets, chosen: Chosen): string {
  const { realm = '', nonce = '', algorithm: offered = 'MD5' } = paramsOf(challenge)
  const { method, uri, nc = '00000001', cnonce = 'f2wE4q74', qop = 'auth', body = '' } = chosen
  const algorithm = chosen.algorithm ?? offered
  const name = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }[algorithm]!
  const h = (text: string): string => createHash(name).update(text, 'latin1').digest('hex')
  const a2 = qop === 'auth-int' ? `${method}:${uri}:${h(body)}` : `${method}:${uri}`
  const response = h(
    `${h(`${user}:${realm}:${password}`)}:${nonce}:${nc}:${cnonce}:${qop}:${h(a2)}`,
  )
  const params = {
    username: `"${user}"`,
    realm: `"${realm}"`,
    nonce: `"${nonce}"`,
    uri: `"${uri}"`,
    response: `"${response}"`,
    algorithm,
    cnonce: `"${cnonce}"`,
    qop,
    nc,
    ...chosen.forged,
  }
  return `Digest ${Object.entries(params)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ')}`
}
