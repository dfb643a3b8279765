/**
 * What the configuration decides about a request: the set that serves it, whether it is for the balancer
 * itself, and what makes the next destination be tried. The route class asks; a reload replaces the rules.
 */
import {
  type FailureContext,
  isSipUri,
  type RelayOptions,
  type SipRequest,
  type Uri,
} from '@sipwright/framework'
import { type ConfigValues } from './config/schema.js'
import { Glob } from './glob.js'

/** The sections of the configuration that a reload may change. */
export type RoutingRules = Pick<ConfigValues, 'failover' | 'route'>

/** A name by which requests reach the balancer itself. */
export interface OwnName {
  /** Lower-case; IPv6 without brackets. */
  readonly host: string
  /** Undefined: any port. */
  readonly port: number | undefined
}

interface Rule {
  readonly set: string
  /** Undefined: any user. */
  readonly user: Glob | undefined
  /** Undefined: every method. */
  readonly methods: ReadonlySet<string> | undefined
}

type Failure = Pick<FailureContext, 'cause' | 'response'>

/** Requests that make or refresh a dialog, whose later requests must pass here too. RFC 3261 §16.6 step 4 */
const dialogMethods: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'REFER'])

export class RoutingPolicy {
  #rules: readonly Rule[] = []
  #statuses: ReadonlySet<number> = new Set()
  #anyServerError = false
  #transportError = false
  #noResponse = false
  #relayOptions: RelayOptions = {}
  #noDestination = 503
  #ownNames: readonly OwnName[] = []

  constructor(rules: RoutingRules) {
    this.replace(rules)
  }

  /** New rules, all at once; requests that are on their way keep the options they started with. */
  replace({ failover, route }: RoutingRules): void {
    this.#rules = route.map(({ set, user, methods }) => ({
      set,
      user: user === undefined ? undefined : new Glob(user),
      methods: methods.includes('*') ? undefined : new Set(methods),
    }))
    this.#statuses = new Set(failover.on.filter((trigger) => typeof trigger === 'number'))
    this.#anyServerError = failover.on.includes('5xx')
    this.#transportError = failover.on.includes('transport-error')
    this.#noResponse = failover.on.includes('no-response')
    this.#relayOptions = { timeoutMs: failover.noResponse, maxAttempts: failover.maxAttempts }
    this.#noDestination = failover.noDestination
  }

  /** The listeners and domains by which requests reach us: known when everything is bound. */
  answerTo(names: readonly OwnName[]): void {
    this.#ownNames = names
  }

  /** An OPTIONS to the balancer itself: the Request-URI has no user and its host is ours. RFC 3261 §11.2 */
  asksUs(request: SipRequest): boolean {
    if (request.method !== 'OPTIONS') return false
    const uri = request.requestUri
    if (!isSipUri(uri) || uri.user !== undefined) return false
    const port = uri.port ?? 5060
    return this.#ownNames.some(
      (name) => name.host === uri.host && (name.port === undefined || name.port === port),
    )
  }

  /** The set of the first rule that matches. */
  setFor(request: SipRequest): string | undefined {
    for (const { set, user, methods } of this.#rules) {
      if (methods !== undefined && !methods.has(request.method)) continue
      if (user === undefined || user.matches(userOf(request.requestUri))) return set
    }
    return undefined
  }

  /** Whether later requests of the dialog must come by here. */
  staysInPath(request: SipRequest): boolean {
    return dialogMethods.has(request.method)
  }

  /** How long a destination may be silent, and how many are tried. */
  get relayOptions(): RelayOptions {
    return this.#relayOptions
  }

  /** The answer when no destination is usable. */
  get noDestination(): number {
    return this.#noDestination
  }

  /** Whether this failure makes the next destination be tried. A 6xx never does: §16.7 step 5. */
  failsOver({ cause, response }: Failure): boolean {
    switch (cause) {
      case 'transport-error':
        return this.#transportError
      case 'no-response':
        return this.#noResponse
      case 'response': {
        const { status } = response
        return this.#statuses.has(status) || (this.#anyServerError && status >= 500 && status < 600)
      }
    }
  }
}

/** The user of a SIP URI, or the number of a tel URI (RFC 3966), escapes undone; empty if there is none. */
function userOf(uri: Uri): string {
  if (isSipUri(uri)) return unescaped(uri.user ?? '')
  const semicolon = uri.rest.indexOf(';')
  return unescaped(semicolon < 0 ? uri.rest : uri.rest.slice(0, semicolon))
}

/** `%32000` and `2000` are the same user (§19.1.4), so a pattern must not tell them apart. */
function unescaped(text: string): string {
  if (!text.includes('%')) return text
  let plain = ''
  for (let at = 0; at < text.length; at++) {
    const high = text[at] === '%' ? hexDigit(text, at + 1) : -1
    const low = high < 0 ? -1 : hexDigit(text, at + 2)
    if (low < 0) {
      plain += text.charAt(at)
    } else {
      plain += String.fromCharCode(high * 16 + low)
      at += 2
    }
  }
  return plain
}

function hexDigit(text: string, at: number): number {
  return at < text.length ? '0123456789abcdef'.indexOf(text.charAt(at).toLowerCase()) : -1
}
