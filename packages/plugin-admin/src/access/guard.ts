/** Who may ask what: the name under which we are asked, the page that asks, the token or session, its scope. */
import { isIP } from 'node:net'
import { SipError } from '@sipwright/framework'
import { type Keyring } from './keyring.js'
import { includes, type Principal, type Scope } from './scope.js'
import { isCsrfToken, sessionIdIn, type Sessions } from './sessions.js'

/** What is looked at of a request; header names in lower case. */
export interface Asked {
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly address: string
}

export interface GuardOptions {
  readonly keyring: Keyring
  readonly sessions: Sessions
  /** Names, besides `localhost` and any numeric address, under which we may be asked. */
  readonly hosts: readonly string[]
}

export class Guard {
  readonly #options: GuardOptions

  constructor(options: GuardOptions) {
    this.#options = options
  }

  /** A page of another site does not ask through somebody's browser. Throws SIPW_ERR_ADMIN_ORIGIN. */
  checkOrigin({ headers }: Asked): void {
    const host = one(headers['host'])?.toLowerCase() ?? ''
    const origin = one(headers['origin'])?.toLowerCase()
    if (origin === undefined) return
    if (origin !== `http://${host}` && origin !== `https://${host}`) throw foreign('Origin', origin)
  }

  /**
   * A page can make a browser ask us by a name of its own that leads here (DNS rebinding): it is not answered. It knows no token,
   * so this is for those who show none. Throws SIPW_ERR_ADMIN_ORIGIN.
   */
  checkHost({ headers }: Asked): void {
    const host = one(headers['host'])?.toLowerCase()
    if (host === undefined || !this.#isOurs(hostNameOf(host))) throw foreign('Host', host)
  }

  /**
   * Who asks. Throws SIPW_ERR_ADMIN_TOKEN (nobody that is known), SIPW_ERR_ADMIN_CSRF, SIPW_ERR_ADMIN_ORIGIN,
   * SIPW_ERR_ADMIN_RATE, SIPW_ERR_ADMIN_SCOPE.
   */
  async admit(asked: Asked, needed: Scope): Promise<Principal> {
    const principal = await this.#principal(asked)
    if (includes(principal.scope, needed)) return principal
    const { name, scope } = principal
    throw new SipError('SIPW_ERR_ADMIN_SCOPE', [needed, name, scope])
  }

  async #principal(asked: Asked): Promise<Principal> {
    const { keyring, sessions } = this.#options
    const authorization = one(asked.headers['authorization'])
    if (authorization !== undefined) {
      const [, token = ''] = /^bearer +(\S+)$/i.exec(authorization) ?? []
      const owner = token === '' ? undefined : await keyring.find(token, asked.address)
      if (owner === undefined) throw new SipError('SIPW_ERR_ADMIN_TOKEN')
      return { ...owner, by: 'token' }
    }
    this.checkHost(asked)
    const id = sessionIdIn(one(asked.headers['cookie']))
    const session = id === undefined ? undefined : sessions.find(id)
    if (session !== undefined) {
      if (!isSafe(asked.method) && !isCsrfToken(asked.headers['x-csrf-token'], session)) {
        throw new SipError('SIPW_ERR_ADMIN_CSRF')
      }
      return { name: session.name, scope: session.scope, by: 'session' }
    }
    if (keyring.isEmpty) return { name: 'local', scope: 'admin', by: 'loopback' }
    throw new SipError('SIPW_ERR_ADMIN_TOKEN')
  }

  #isOurs(name: string): boolean {
    // A number cannot be made to lead elsewhere.
    return name === 'localhost' || isIP(name) !== 0 || this.#options.hosts.includes(name)
  }
}

/** Whether a method changes nothing. RFC 9110 §9.2.1 */
function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/** Without port and brackets. */
function hostNameOf(host: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(host)
  return bracketed?.[1] ?? host.replace(/:\d+$/, '')
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

function foreign(header: string, value = 'nothing'): SipError {
  return new SipError('SIPW_ERR_ADMIN_ORIGIN', [header, value.slice(0, 100)])
}
