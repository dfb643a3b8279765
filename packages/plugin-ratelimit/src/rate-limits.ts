/** The service: what is kept out at each of the doors, and why. */
import {
  type Admission,
  type AdmissionContext,
  type Clock,
  type Flow,
  type Handled,
  type Log,
  type RequestContext,
  SipError,
  sourceOf,
  type ZoneLookUp,
} from '@sipwright/framework'
import { Bans, type BanNews } from './bans.js'
import { type RateLimitingConfig, rateLimitingConfig, type RateLimitingInput } from './config.js'
import { Failures } from './failures.js'
import { Flood } from './flood.js'
import { Limit, retryAfter } from './limit.js'
import { Scanners } from './scanners.js'
import { Trust } from './trust.js'

/** Plain numbers since the start, read at scrape. */
export interface RateLimitCounters {
  /** Messages of banned sources. */
  banned: number
  /** Requests of scanners. */
  scanners: number
  /** Bans for floods. */
  floods: number
  /** Bans for guessed passwords. */
  bruteForce: number
  /** Requests above a limit. */
  limited: number
  /** Those of them that were dropped without being read. */
  unread: number
}

/** What the service is lent: the host of a plugin fits. */
export interface RateLimitsHost {
  readonly clock: Clock
  readonly log: Log
  readonly zoneOf: ZoneLookUp
}

/** What one configuration makes. */
interface AtWork {
  readonly config: RateLimitingConfig
  readonly trust: Trust
  readonly flood: Flood | undefined
  readonly scanners: Scanners | undefined
  readonly failures: Failures | undefined
  readonly limits: readonly Limit[]
}

export class RateLimits {
  readonly bans: Bans
  readonly counters: RateLimitCounters = {
    ...{ banned: 0, scanners: 0, floods: 0, bruteForce: 0, limited: 0, unread: 0 },
  }
  readonly #host: RateLimitsHost
  #at: AtWork

  constructor(host: RateLimitsHost, config: RateLimitingConfig, told?: (news: BanNews) => void) {
    this.#host = host
    this.bans = new Bans({
      clock: host.clock,
      maxBans: config.maxBans,
      longestMs: config.longestBanMs,
      ...(told && { told }),
    })
    this.#at = this.#atWork(config)
  }

  /**
   * Takes the place of the configuration that the plugin was given; bans stay, and so does how many there may be and how long
   * they last. Throws SIPW_ERR_PLUGIN_CONFIG.
   */
  configure(input: RateLimitingInput): void {
    const parsed = rateLimitingConfig.safeParse(input)
    if (!parsed.success) {
      const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
      throw new SipError('SIPW_ERR_PLUGIN_CONFIG', ['ratelimit', faults.join('; ')])
    }
    this.#at = this.#atWork(parsed.data)
  }

  /** Of each limit, what it kept out. */
  limits(): readonly Pick<Limit, 'per' | 'exceeded'>[] {
    return this.#at.limits
  }

  /** A message as it came, before anything is read of it: true drops it. */
  isUnheard(text: string, flow: Flow): boolean {
    const now = this.#host.clock.now()
    // No backend is a scanner, and none is banned.
    if (this.#at.trust.isKnown(flow, now)) return this.#isScanner(text, flow, now)
    const { remoteAddress } = flow
    if (this.bans.find(remoteAddress) !== undefined) {
      // A backend may share its address with who was banned.
      if (this.#at.trust.includes(flow, now)) return false
      this.counters.banned++
      return true
    }
    return (
      this.#isFlood(flow, now) ||
      this.#isAboveLimit(text, flow, now) ||
      this.#isScanner(text, flow, now)
    )
  }

  /** A new request, before there is a transaction. */
  admit({ request, source, now }: AdmissionContext): Admission {
    // Dialogs that have begun go on: refusing their requests would end calls.
    if (this.#at.limits.length === 0 || request.toTag !== undefined) return undefined
    if (this.#at.trust.includes(source.flow, now)) return undefined
    for (const limit of this.#at.limits) {
      if (limit.per !== 'source' && limit.per !== 'global') continue
      const key = limit.per === 'source' ? sourceOf(source.address) : ''
      const waitMs = limit.take(key, request.method, now)
      if (waitMs === 0) continue
      this.counters.limited++
      return limit.action === 'drop' ? 'drop' : { status: 503, headers: retryAfter(waitMs) }
    }
    return undefined
  }

  /** A request whose user or set is known now: answered and `Handled` where there are too many of its key. */
  exceeded(per: 'user' | 'set', key: string, ctx: RequestContext): Handled | undefined {
    for (const limit of this.#at.limits) {
      if (limit.per !== per) continue
      const waitMs = limit.take(key, ctx.request.method, ctx.now)
      if (waitMs === 0) continue
      this.counters.limited++
      return limit.action === 'drop' ? ctx.drop() : ctx.refuse(503, retryAfter(waitMs))
    }
    return undefined
  }

  /** Somebody has answered a challenge wrongly, as a user whose name is the stranger's to write; as often as may be, and its source is banned. */
  authenticationFailed(flow: Flow, user: string): void {
    const { bruteForce } = this.#at.config
    const now = this.#host.clock.now()
    if (bruteForce === undefined || this.#at.trust.includes(flow, now)) return
    if (this.#at.failures?.failed(flow.remoteAddress, named(user), now) !== true) return
    this.counters.bruteForce++
    this.#ban(flow, `${bruteForce.failures} wrong passwords`, bruteForce.banMs)
  }

  authenticationSucceeded(flow: Flow, user: string): void {
    this.#at.failures?.succeeded(flow.remoteAddress, named(user))
  }

  #atWork(config: RateLimitingConfig): AtWork {
    const { flood, scanners, bruteForce, trusted, trustedZones } = config
    return {
      config,
      trust: new Trust(this.#host, trustedZones, trusted),
      flood: flood && new Flood(flood),
      scanners: scanners && new Scanners(scanners.userAgents, scanners.parties),
      failures: bruteForce && new Failures({ limit: bruteForce.failures, ...bruteForce }),
      limits: config.limits.map((limit) => new Limit(limit, config.maxKeys)),
    }
  }

  #isFlood(flow: Flow, now: number): boolean {
    const { flood } = this.#at.config
    if (flood === undefined || this.#at.flood === undefined) return false
    if (!this.#at.flood.exceeds(sourceOf(flow.remoteAddress), now)) return false
    if (this.#at.trust.includes(flow, now)) return false
    this.counters.floods++
    this.#ban(flow, `more than ${flood.threshold} messages in ${flood.windowMs} ms`, flood.banMs)
    return true
  }

  /** Above a limit of all strangers together by so much that it is not even refused. */
  #isAboveLimit(text: string, flow: Flow, now: number): boolean {
    const { limits, trust } = this.#at
    for (const limit of limits) {
      if (limit.per !== 'global' || !limit.isFlooded('', text, now)) continue
      // Dialogs that have begun go on, and what ends a transaction is no new one.
      if (isPassed.test(text) || inDialog.test(text) || trust.includes(flow, now)) continue
      limit.exceeded++
      this.counters.limited++
      this.counters.unread++
      return true
    }
    return false
  }

  #isScanner(text: string, flow: Flow, now: number): boolean {
    const found = this.#at.scanners?.find(text)
    if (found === undefined) return false
    this.counters.scanners++
    const { scanners } = this.#at.config
    const bans = scanners?.action === 'ban' && !this.#at.trust.includes(flow, now)
    if (bans) this.#ban(flow, `scanner: ${found}`, scanners.banMs)
    return true
  }

  #ban(flow: Flow, reason: string, forMs: number): void {
    const { source, since, until, times } = this.bans.add(flow.remoteAddress, reason, forMs)
    this.#host.log.info({ source, reason, forMs: until - since, times }, 'banned')
  }
}

/** Responses, and requests that no limit is for. */
const isPassed = /^(?:SIP\/|ACK |CANCEL )/i
/** Its To has a tag, however it is written: what looks so and is not is read, and found out. RFC 3261 §12.2 */
const inDialog = /\r\n(?:to|t)[ \t]*:(?:[^\r]|\r\n[ \t])*;\s*tag\s*=/i

/** What is kept of a name is bounded. */
function named(user: string): string {
  return user.slice(0, 64)
}
