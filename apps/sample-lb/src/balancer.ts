/** The balancer itself: an app made of a configuration, and what signals do to it. */
import { setTimeout as pause } from 'node:timers/promises'
import {
  type App,
  type AppOptions,
  createApp,
  defaultMessageLimits,
  type ListenAddress,
  type Log,
  type Worker,
} from '@sipwright/framework'
import { admin, type AdminInput, AdminServer } from '@sipwright/plugin-admin'
import { Auth, auth, authConfig } from '@sipwright/plugin-auth'
import { callRecords, RecordFile } from '@sipwright/plugin-call-records'
import { Dispatcher, dispatcher, type SetsDifference } from '@sipwright/plugin-dispatcher'
import { rateLimiting, RateLimits } from '@sipwright/plugin-ratelimit'
import { Credentials, tls } from '@sipwright/plugin-tls'
import { topologyHiding } from '@sipwright/plugin-topology-hiding'
import { hep, trace } from '@sipwright/plugin-trace'
import { CallsInProgress } from './calls-in-progress.js'
import { formatListen } from './config/address.js'
import { adminOptions } from './config/admin-section.js'
import { authOptions } from './config/auth-sections.js'
import { callRecordsOptions } from './config/call-records-section.js'
import { type Config } from './config/check.js'
import { dialogSecretOption } from './config/dialog-secret.js'
import { dispatcherOptions } from './config/dispatcher-options.js'
import { type LoadedConfig } from './config/load.js'
import { hepOptions } from './config/hep-section.js'
import { rateLimitingOptions } from './config/rate-sections.js'
import { shownConfig } from './config/shown.js'
import { tlsOptions } from './config/tls-section.js'
import { topologyOptions } from './config/topology-section.js'
import { traceOptions } from './config/trace-section.js'
import { webSocketPlugins } from './config/web-socket-section.js'
import { reloadConfig, type ReloadSource, type Running } from './config-reload.js'
import { FailoverReport } from './failover-report.js'
import { type ProcessLog } from './log.js'
import { LoadBalancer } from './routes/load-balancer.js'
import { ownNames } from './own-names.js'
import { RoutingPolicy } from './routing-policy.js'
import { routing } from './routing-plugin.js'
import { type RunningBalancer } from './serve.js'

export interface BalancerOptions {
  /** It is one of several. */
  readonly worker?: Worker
  /** What an operator may ask for over HTTP. */
  readonly reload?: ReloadSource
  /** How the code of all workers is swapped. */
  readonly code?: NonNullable<AdminInput['code']>
  /** What operators may do besides. */
  readonly actions?: NonNullable<AdminInput['actions']>
}

export class Balancer implements RunningBalancer, Running {
  readonly #app: App
  readonly #policy: RoutingPolicy
  readonly #calls: CallsInProgress
  readonly #failovers: FailoverReport
  /** A change of this section needs a restart. */
  readonly #hasRecordFile: boolean
  #config: Config
  #draining = false

  /**
   * Binds every listener of `config`, or none: throws SIPW_ERR_LISTEN. As one of several workers it takes over those
   * that are bound already.
   */
  static async start(
    config: Config,
    log: Log & Partial<Pick<ProcessLog, 'onLine'>>,
    { worker, reload, code, actions }: BalancerOptions = {},
  ): Promise<Balancer> {
    const policy = new RoutingPolicy(config)
    const calls = new CallsInProgress(config.limits.transactions)
    const failovers = new FailoverReport(log)
    const draining = () => (balancer.#draining ? balancer.#config.drain : undefined)
    const hiding = topologyOptions(config.topologyHiding, config.directory)
    const traced = traceOptions(config.trace)
    const captured = hepOptions(config.hep, config.directory)
    const recorded = callRecordsOptions(config.callRecords, config.directory)
    const administered = adminOptions(config.admin, config.directory)
    const program: AdminInput = {
      unready: () => (balancer.#draining ? `draining: ${calls.size} calls in progress` : undefined),
      configuration: () => shownConfig(balancer.#config),
      ...(reload && {
        reload: ({ dryRun }) => reloadConfig(reload, balancer, dryRun),
      }),
      ...(code && { code }),
      ...(actions && { actions }),
      ...(log.onLine && { logLines: (listener) => log.onLine!(listener) }),
    }
    const secured = tlsOptions(config, config.directory)
    const app = await createApp({
      plugins: [
        // First, so that it sees what others drop, and is the last to be closed.
        ...(administered === undefined ? [] : [admin({ ...administered, ...program })]),
        ...(traced === undefined ? [] : [trace(traced)]),
        ...(captured === undefined ? [] : [hep(captured)]),
        ...(recorded === undefined ? [] : [callRecords(recorded)]),
        rateLimiting(rateLimitingOptions(config)),
        ...(secured === undefined ? [] : [tls(secured)]),
        ...webSocketPlugins(config),
        auth(authOptions(config, config.directory)),
        dispatcher(dispatcherOptions(config)),
        routing({ policy, calls, failovers, draining }),
        ...(hiding === undefined ? [] : [topologyHiding(hiding)]),
      ],
      routes: [LoadBalancer],
      log,
      timers: timersOf(config),
      limits: limitsOf(config),
      dns: config.dns,
      profile: config.profile,
      ...dialogSecretOption(config, config.directory),
      domains: config.domains,
      zones: config.zones,
      ...(worker && { worker }),
    })
    const balancer = new Balancer(app, config, { policy, calls, failovers })
    try {
      await app.listen(...(worker === undefined ? config.listen.map(listenAddress) : []))
    } catch (error) {
      await app.close()
      throw error
    }
    policy.answerTo(ownNames(app.listeners, config.domains))
    return balancer
  }

  private constructor(
    app: App,
    config: Config,
    services: { policy: RoutingPolicy; calls: CallsInProgress; failovers: FailoverReport },
  ) {
    this.#app = app
    this.#config = config
    this.#hasRecordFile = config.callRecords?.file !== undefined
    this.#policy = services.policy
    this.#calls = services.calls
    this.#failovers = services.failovers
  }

  /** What is bound, as the configuration writes it. */
  get listeners(): readonly string[] {
    return this.#app.listeners.map(({ transport, address, port }) =>
      formatListen(transport, address, port),
    )
  }

  /** Where HTTP is served; undefined: it is not, or not by this worker. */
  get adminUrl(): string | undefined {
    return this.#config.admin === undefined ? undefined : this.#app.resolve(AdminServer).url
  }

  /** In force. */
  get config(): Config {
    return this.#config
  }

  /** In what its sets would differ. Rejects with what the dispatcher would refuse. */
  difference(config: Config): Promise<SetsDifference> {
    return this.#app.resolve(Dispatcher).configure(dispatcherOptions(config), { dryRun: true })
  }

  /** Requests that went on to a further destination, since the start. */
  get failovers(): number {
    return this.#failovers.failovers
  }

  /**
   * Applies `config`'s sets, list, probing, failover and rules, whole: rejects and changes nothing if the dispatcher
   * refuses. Calls in progress notice nothing.
   */
  async reload({ config }: Pick<LoadedConfig, 'config'>): Promise<void> {
    const next = authConfig.parse(authOptions(config, config.directory))
    await this.#app.resolve(Dispatcher).configure(dispatcherOptions(config))
    if (config.tls !== undefined) await this.#app.resolve(Credentials).reload()
    await this.#app.resolve(Auth).configure(next)
    this.#app.resolve(RateLimits).configure(rateLimitingOptions(config))
    this.#policy.replace(config)
    this.#config = config
  }

  /** Log rotation has moved what we write to: a new file takes its place, whatever the configuration says by now. */
  reopenFiles(): void {
    if (this.#hasRecordFile) this.#app.resolve(RecordFile).reopen()
  }

  /**
   * Turns new requests away and settles when the calls in progress are over and nobody waits for an answer, at the latest
   * after `limitMs`.
   */
  async drain(limitMs: number): Promise<void> {
    this.#draining = true
    const end = performance.now() + limitMs
    let timer: NodeJS.Timeout | undefined
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, limitMs).unref()
    })
    await Promise.race([this.#calls.over(), limit])
    clearTimeout(timer)
    while (this.#app.openRequests > 0 && performance.now() < end) await pause(drainPollMs)
  }

  get callsInProgress(): number {
    return this.#calls.size
  }

  get counts(): Readonly<Record<string, number>> {
    const { transactions, counters } = this.#app
    return { transactions, ...counters, ...this.#app.resolve(RateLimits).counters }
  }

  async close(): Promise<boolean> {
    await this.#app.close()
    return true
  }
}

/** How often draining looks whether it is done. */
const drainPollMs = 20

/** A listener as the framework takes it. */
export function listenAddress({ advertise, ...options }: Config['listen'][number]): ListenAddress {
  if (advertise === undefined) return options
  const { host, port } = advertise
  return { ...options, advertise: port === undefined ? { host } : { host, port } }
}

/** The timers that the file gives; the framework derives the others from t1. */
function timersOf({ timers }: Config): NonNullable<AppOptions['timers']> {
  const { inviteTimeout, nonInviteTimeout, linger, ...always } = timers
  return {
    ...always,
    ...(inviteTimeout !== undefined && { inviteTimeout }),
    ...(nonInviteTimeout !== undefined && { nonInviteTimeout }),
    ...(linger !== undefined && { linger }),
  }
}

function limitsOf({ limits }: Config): NonNullable<AppOptions['limits']> {
  const { messageBytes, headerBytes, headers, ...others } = limits
  return { ...others, message: { ...defaultMessageLimits, messageBytes, headerBytes, headers } }
}
