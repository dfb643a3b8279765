/** Asks who sends a request, and lets it pass when that is proven. RFC 3261 §22, RFC 7616 §3 */
import {
  identity,
  type Identity,
  isSipUri,
  type Log,
  type MaybeHandled,
  parseUri,
  type RequestContext,
  SipError,
} from '@sipwright/framework'
import { type AuthEvents, type AuthFault } from '../events.js'
import { type Account } from '../users/account.js'
import { type Directory } from '../users/directory.js'
import { type DigestAlgorithm, wireText } from './algorithm.js'
import { formatChallenge, preferred } from './challenge.js'
import { type Credentials, type CredentialsHeader, credentialsFor } from './credentials.js'
import { type DigestUriRule, namesRequest } from './digest-uri.js'
import { type Nonces } from './nonces.js'
import { type SharedCounts } from './shared-counts.js'
import { type Verifier } from './verifier.js'

/** How one guard asks. */
export interface GuardOptions {
  readonly realm: string
  /** The host of identities that have no URI of their own. */
  readonly domain: string
  /** Methods that it asks for; `*`: every one but ACK and CANCEL, which cannot be answered so. RFC 3261 §22.1 */
  readonly methods: readonly string[]
  /** Whether requests within dialogs are asked, too. */
  readonly inDialog: boolean
  /** `proxy`: 407. `registrar`: 401. `auto`: 401 to REGISTER, 407 to all others. */
  readonly mode: 'proxy' | 'registrar' | 'auto'
  readonly algorithms: readonly DigestAlgorithm[]
  /** Offers `auth-int`, besides `auth`. */
  readonly authInt: boolean
  /** Binds a nonce to the address that it was given to. */
  readonly bindAddress: boolean
  readonly uri: DigestUriRule
  /** Methods whose From (of REGISTER: To) must name the user. */
  readonly ownNameOnly: readonly string[]
}

/** What all guards of an app share. */
export interface GuardServices {
  readonly nonces: Nonces
  readonly counts: SharedCounts
  readonly verifier: Verifier
  /** Replaced by a reload. */
  readonly directory: () => Directory
  readonly events: AuthEvents
  readonly log: Log
  /** Whether this sender need not prove anything. */
  readonly exempt: (ctx: RequestContext) => boolean
}

export class Guard {
  readonly #options: GuardOptions
  readonly #services: GuardServices
  /** As they stand on the wire. */
  readonly #realm: string
  readonly #algorithms: readonly DigestAlgorithm[]
  readonly #methods: ReadonlySet<string>
  readonly #ownNameOnly: ReadonlySet<string>
  readonly #qop: string

  constructor(options: GuardOptions, services: GuardServices) {
    this.#options = options
    this.#services = services
    this.#realm = wireText(options.realm)
    this.#algorithms = preferred(options.algorithms)
    this.#methods = new Set(options.methods)
    this.#ownNameOnly = new Set(options.ownNameOnly)
    this.#qop = options.authInt ? 'auth,auth-int' : 'auth'
  }

  /** A middleware: sets `identity`, or refuses. */
  step(ctx: RequestContext): MaybeHandled | Promise<MaybeHandled> {
    const { method } = ctx.request
    if (!this.#asks(method, ctx.request.toTag !== undefined)) return undefined
    if (ctx.peek(identity) !== undefined || this.#services.exempt(ctx)) return undefined
    const line = credentialsFor(ctx.request.headers, this.#header(method), this.#realm)
    switch (line.kind) {
      case 'foreign':
        return this.#challenge(ctx, false)
      case 'malformed':
        return this.#failed(ctx, line.user, 'malformed')
      case 'credentials':
        return this.#check(ctx, line.credentials)
    }
  }

  #asks(method: string, inDialog: boolean): boolean {
    if (method === 'ACK' || method === 'CANCEL') return false
    if (inDialog && !this.#options.inDialog) return false
    return this.#methods.has('*') || this.#methods.has(method)
  }

  #check(ctx: RequestContext, credentials: Credentials): MaybeHandled | Promise<MaybeHandled> {
    const { user, algorithm, qop, nonce, uri } = credentials
    const isOffered = this.#algorithms.includes(algorithm) && this.#offers(qop)
    if (!isOffered) return this.#failed(ctx, user, 'malformed')
    const verdict = this.#services.nonces.check(nonce, this.#realm, this.#binding(ctx))
    if (verdict.kind === 'forged') return this.#failed(ctx, user, 'forged-nonce')
    if (verdict.kind === 'expired') return this.#challenge(ctx, true)
    if (!namesRequest(uri, ctx.request, this.#options.uri)) {
      this.#tellFailure(ctx, user, 'wrong-uri')
      return ctx.refuse(400)
    }
    return this.#prove(ctx, credentials, verdict.issuedAt)
  }

  /** Where there is somebody to ask, whoever has not proven himself costs a question: known, remembered or neither. */
  #prove(
    ctx: RequestContext,
    credentials: Credentials,
    issuedAt: number,
  ): MaybeHandled | Promise<MaybeHandled> {
    const { directory, log } = this.#services
    const { lookups } = directory()
    const { user } = credentials
    const inMemory = directory().inMemory(user, this.#realm)
    const first = inMemory ?? lookups.remembered(user, this.#realm, ctx.now)
    if (this.#proves(ctx, credentials, first)) {
      return this.#proven(ctx, credentials, issuedAt, first!)
    }
    if (!lookups.any) return this.#failed(ctx, user, 'wrong')
    return lookups.find(user, this.#realm).then(
      (found) => {
        const account = inMemory === undefined ? found : undefined
        if (!this.#proves(ctx, credentials, account)) return this.#failed(ctx, user, 'wrong')
        lookups.remember(user, this.#realm, account!, ctx.now)
        return this.#proven(ctx, credentials, issuedAt, account!)
      },
      (error: unknown) => {
        log.error({ err: error }, 'a user could not be looked up')
        return ctx.refuse(503, { 'Retry-After': '5' })
      },
    )
  }

  #proves(ctx: RequestContext, credentials: Credentials, account: Account | undefined): boolean {
    const { method, body } = ctx.request
    return this.#services.verifier.proves(account, { ...credentials, method, body })
  }

  #proven(
    ctx: RequestContext,
    { user, nonce, count }: Credentials,
    issuedAt: number,
    account: Account,
  ): MaybeHandled {
    const { counts, events } = this.#services
    const verdict = counts.use(nonce, count, issuedAt)
    if (verdict === 'used') return this.#failed(ctx, user, 'replay')
    if (verdict === 'forgotten') return this.#challenge(ctx, true)
    const proven = this.#identityOf(user, account)
    if (this.#ownNameOnly.has(ctx.request.method) && !speaksFor(ctx, proven)) {
      this.#tellFailure(ctx, user, 'other-user')
      return ctx.refuse(403)
    }
    ctx.set(identity, proven)
    events.succeeded({ source: ctx.source, user, method: ctx.request.method, now: ctx.now })
    return undefined
  }

  #identityOf(user: string, { uri }: Account): Identity {
    const { realm, domain } = this.#options
    const at = user.lastIndexOf('@')
    const place = at < 0 ? `${escaped(user)}@${domain}` : `${escaped(user.slice(0, at))}@${domain}`
    return { user, realm, uri: uri ?? `sip:${place}`, provenBy: 'digest' }
  }

  #failed(ctx: RequestContext, user: string | undefined, fault: AuthFault): MaybeHandled {
    this.#tellFailure(ctx, user, fault)
    return this.#challenge(ctx, false)
  }

  #tellFailure(ctx: RequestContext, user: string | undefined, fault: AuthFault): void {
    const { source, request, now } = ctx
    this.#services.events.failed({ source, user, fault, method: request.method, now })
  }

  /** The same for all who have not proven who they are, but for its nonce. */
  #challenge(ctx: RequestContext, stale: boolean): MaybeHandled {
    const challenges = formatChallenge({
      realm: this.#realm,
      nonce: this.#services.nonces.issue(this.#realm, this.#binding(ctx)),
      algorithms: this.#algorithms,
      qop: this.#qop,
      stale,
    })
    return this.#header(ctx.request.method) === 'Authorization'
      ? ctx.refuse(401, { 'WWW-Authenticate': challenges })
      : ctx.refuse(407, { 'Proxy-Authenticate': challenges })
  }

  #header(method: string): CredentialsHeader {
    const { mode } = this.#options
    const asRegistrar = mode === 'auto' ? method === 'REGISTER' : mode === 'registrar'
    return asRegistrar ? 'Authorization' : 'Proxy-Authorization'
  }

  #offers(qop: Credentials['qop']): boolean {
    return qop === 'auth' || this.#options.authInt
  }

  #binding({ source }: RequestContext): string {
    return this.#options.bindAddress ? source.address : ''
  }
}

/** Whether From, of REGISTER the address-of-record in To, is the user's own. */
function speaksFor({ request }: RequestContext, { user, uri }: Identity): boolean {
  try {
    const { from, to } = request
    const named = parseUri((request.method === 'REGISTER' ? to : from).uri)
    if (!isSipUri(named) || named.user === undefined) return false
    const own = parseUri(uri)
    const name = unescaped(named.user)
    const at = user.lastIndexOf('@')
    return (
      name === user ||
      (at > 0 && name === user.slice(0, at)) ||
      (isSipUri(own) && own.user !== undefined && unescaped(own.user) === name)
    )
  } catch (error) {
    if (error instanceof SipError) return false
    throw error
  }
}

/** As the user part of a URI may be written. RFC 3261 §25.1 */
function escaped(user: string): string {
  return user.replace(
    /[^\w.!~*'()&=+$,;?/-]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

function unescaped(user: string): string {
  return user.replace(/%([\da-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  )
}
