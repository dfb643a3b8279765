/** Sessions of browsers: a cookie that scripts cannot read, and a second secret that other sites cannot send. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Clock } from '@sipwright/framework'
import { type TokenOwner } from './keyring.js'

export const sessionCookie = 'sipwright_session'

export interface Session extends TokenOwner {
  /** What requests that change something carry in `X-CSRF-Token`. */
  readonly csrfToken: string
  /** Milliseconds of the app's clock. */
  readonly until: number
}

/** Beyond, the oldest ends. */
const maxSessions = 1_000

export class Sessions {
  readonly #clock: Clock
  readonly #lengthMs: number
  /** By the hash of the cookie: a copy of the memory opens no session. */
  readonly #sessions = new Map<string, Session>()

  constructor(clock: Clock, lengthMs: number) {
    this.#clock = clock
    this.#lengthMs = lengthMs
  }

  /** Sessions that have not ended. */
  get size(): number {
    return this.#sessions.size
  }

  /** A new one, and the value of its cookie. */
  open({ name, scope }: TokenOwner): { readonly session: Session; readonly id: string } {
    const id = randomBytes(32).toString('base64url')
    const csrfToken = randomBytes(32).toString('base64url')
    const session = { name, scope, csrfToken, until: this.#clock.now() + this.#lengthMs }
    if (this.#sessions.size >= maxSessions) this.#endOldest()
    this.#sessions.set(keyOf(id), session)
    return { session, id }
  }

  find(id: string): Session | undefined {
    const session = this.#sessions.get(keyOf(id))
    if (session === undefined || session.until > this.#clock.now()) return session
    this.#sessions.delete(keyOf(id))
    return undefined
  }

  end(id: string): void {
    this.#sessions.delete(keyOf(id))
  }

  /** `Set-Cookie` for that session; without one, it takes the cookie away. RFC 6265 */
  cookie(id?: string): string {
    const seconds = id === undefined ? 0 : Math.floor(this.#lengthMs / 1_000)
    return `${sessionCookie}=${id ?? ''}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}`
  }

  #endOldest(): void {
    for (const key of this.#sessions.keys()) {
      this.#sessions.delete(key)
      return
    }
  }
}

/** The session's id in a Cookie header. */
export function sessionIdIn(cookies: string | undefined): string | undefined {
  for (const pair of (cookies ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === sessionCookie) return pair.slice(at + 1).trim()
  }
  return undefined
}

/** In the same time whatever differs. */
export function isCsrfToken(shown: unknown, { csrfToken }: Session): boolean {
  if (typeof shown !== 'string') return false
  const [one, other] = [Buffer.from(shown), Buffer.from(csrfToken)]
  return one.length === other.length && timingSafeEqual(one, other)
}

function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('base64')
}
