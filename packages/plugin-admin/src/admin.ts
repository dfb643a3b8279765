/** What the endpoints work with: the services of other plugins, as far as they are there, and our own. */
import { type Host, SipError } from '@sipwright/framework'
import { Dispatcher } from '@sipwright/plugin-dispatcher'
import { RateLimits } from '@sipwright/plugin-ratelimit'
import { Credentials } from '@sipwright/plugin-tls'
import { Traces } from '@sipwright/plugin-trace'
import { type Keyring } from './access/keyring.js'
import { Sessions } from './access/sessions.js'
import { Audit } from './audit.js'
import { CallTable } from './calls.js'
import { Colleagues } from './colleagues.js'
import { type AdminConfig } from './config.js'
import { Events } from './events.js'
import { History } from './history.js'
import { type Call } from './http/endpoint.js'
import { Metrics } from './metrics/metrics.js'
import { type Readiness, readiness } from './readiness.js'
import { Times } from './times.js'
import { version } from './version.js'

/** What is about to be changed. */
export interface Changing {
  /** `destination.drain` */
  readonly action: string
  /** `1/fs1` */
  readonly target: string
  readonly reason?: string | undefined
}

export class Admin {
  readonly host: Host
  readonly config: AdminConfig
  readonly keyring: Keyring
  readonly times: Times
  readonly sessions: Sessions
  readonly audit: Audit
  readonly colleagues: Colleagues
  readonly metrics: Metrics
  readonly calls: CallTable
  readonly events: Events
  readonly history: History
  /** Milliseconds of the app's clock. */
  readonly startedAt: number

  constructor(host: Host, config: AdminConfig, keyring: Keyring) {
    this.host = host
    this.config = config
    this.keyring = keyring
    this.times = new Times(host.clock)
    this.sessions = new Sessions(host.clock, config.sessionMs)
    this.audit = new Audit(host.log, this.times)
    this.colleagues = new Colleagues(host.workers, host.clock)
    this.metrics = new Metrics(host, this.version)
    this.calls = new CallTable(config.maxCalls, host.workers.index, this.times)
    this.events = new Events(host.clock, config.maxEventStreams)
    this.history = new History(config.history)
    this.startedAt = host.clock.now()
  }

  /** Of the program, or of this package. */
  get version(): string {
    return this.config.version ?? version
  }

  /** Throws SIPW_ERR_ADMIN_ABSENT. */
  get dispatcher(): Dispatcher {
    return this.#there('dispatcher', this.host.find(Dispatcher))
  }

  /** Throws SIPW_ERR_ADMIN_ABSENT. */
  get limits(): RateLimits {
    return this.#there('ratelimit', this.host.find(RateLimits))
  }

  /** Throws SIPW_ERR_ADMIN_ABSENT. */
  get credentials(): Credentials {
    return this.#there('tls', this.host.find(Credentials))
  }

  /** Throws SIPW_ERR_ADMIN_ABSENT. */
  get traces(): Traces {
    return this.#there('trace', this.host.find(Traces))
  }

  /** As it is now. */
  get readiness(): Readiness {
    return readiness(this.host, this.host.find(Dispatcher), this.config)
  }

  /** Does what somebody asks for, and writes down who, what, why, and what was before and after; refusals, too. */
  async change<Result>(
    { principal, source }: Pick<Call, 'principal' | 'source'>,
    { action, target, reason }: Changing,
    state: () => unknown,
    run: () => Result | Promise<Result>,
  ): Promise<Result> {
    const before = state()
    const common = {
      ...{ who: principal.name, by: principal.by, source },
      ...{ action, target, reason: reason ?? null, before },
    }
    try {
      const result = await run()
      this.audit.record({ ...common, after: state(), outcome: 'done', error: null })
      return result
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error)
      this.audit.record({ ...common, after: before, outcome: 'refused', error: said })
      throw error
    }
  }

  #there<T>(plugin: string, service: T | undefined): T {
    if (service === undefined) throw new SipError('SIPW_ERR_ADMIN_ABSENT', [plugin])
    return service
  }
}
