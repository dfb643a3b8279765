/** What became of credentials, told to whoever counts: a plugin that bans resolves `AuthEvents` and listens. */
import { type Log, type Source } from '@sipwright/framework'

/** Why credentials were not taken. */
export type AuthFault =
  /** The response is not that of the password, or there is no such user: nobody is told which. */
  | 'wrong'
  /** A nonce that we never gave out, or not for this realm. */
  | 'forged-nonce'
  /** A nonce count that has been used before. */
  | 'replay'
  /** Credentials that cannot be read, or with what we never offered. */
  | 'malformed'
  /** The digest-uri names something else than the Request-URI. */
  | 'wrong-uri'
  /** The sender is who he says, and speaks for somebody else. */
  | 'other-user'

export interface AuthSuccess {
  readonly source: Source
  /** As the credentials name it. */
  readonly user: string
  readonly method: string
  /** Milliseconds of the app's clock. */
  readonly now: number
}

export interface AuthFailure extends Omit<AuthSuccess, 'user'> {
  /** As the credentials name it, a stranger's text of any length; undefined if they name nobody. */
  readonly user: string | undefined
  readonly fault: AuthFault
}

/**
 * Service: tells of each request that came with credentials for us. A request without any, or with a nonce that has only
 * expired, is neither success nor failure. Listeners are sync and run in the order in which they came.
 */
export class AuthEvents {
  readonly #log: Log
  readonly #successes: ((event: AuthSuccess) => void)[] = []
  readonly #failures: ((event: AuthFailure) => void)[] = []

  constructor(log: Log) {
    this.#log = log
  }

  onSuccess(listener: (event: AuthSuccess) => void): void {
    this.#successes.push(listener)
  }

  onFailure(listener: (event: AuthFailure) => void): void {
    this.#failures.push(listener)
  }

  /** Somebody has proven who he is. */
  succeeded(event: AuthSuccess): void {
    for (const listener of this.#successes) this.#tell(listener, event)
  }

  /** Credentials were not taken. */
  failed(event: AuthFailure): void {
    for (const listener of this.#failures) this.#tell(listener, event)
  }

  #tell<Event>(listener: (event: Event) => void, event: Event): void {
    try {
      listener(event)
    } catch (error) {
      this.#log.error({ err: error }, 'a listener to authentication failed')
    }
  }
}
