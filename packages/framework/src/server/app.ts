/** createApp: one container, plugins, routes, listeners; listen, reload, close, inject. */
import { type Chance, type Clock, type Log } from '../environment.js'
import { SipError } from '../errors.js'
import { type Hop, type LocalAddress } from '../message/flow.js'
import { isSipUri, parseUri } from '../message/uri.js'
import { type Figures } from '../plugin/figures.js'
import { startOrder } from '../plugin/order.js'
import { type Host, type Plugin } from '../plugin/plugin.js'
import { type ServiceToken } from '../plugin/service.js'
import { alone } from '../plugin/workers.js'
import { type Timers, timersFrom } from '../transaction/timers.js'
import { parseListenAddress } from '../transport/address.js'
import { defaultTransportLimits } from '../transport/limits.js'
import { SendQueues } from '../transport/send-queues.js'
import { Resolver } from '../transport/resolve.js'
import { tcp } from '../transport/tcp.js'
import {
  type Listener,
  type ListenOptions,
  type Receiver,
  type Transport,
  type TransportHost,
  type TransportLimits,
} from '../transport/transport.js'
import { udp } from '../transport/udp.js'
import { AppClock } from './app-clock.js'
import { systemChance } from './chance.js'
import { Container } from './container.js'
import { type Counters } from './counters.js'
import { DialogTokens } from './dialog-token.js'
import { Endpoint, type EndpointOptions } from './endpoint.js'
import { Hooks } from './hooks.js'
import { type InjectedCall, injectInto, type InjectOptions, type InjectRequest } from './inject.js'
import { hostToAdvertise, Listeners } from './listeners.js'
import { systemLog } from './log.js'
import { OwnRequest } from './own-request.js'
import { buildStep, type RouteClass, RouteTable } from './route-table.js'
import { withinTime } from './within-time.js'
import { type SeatAddress, type WorkerApp, type WorkerSeat } from './worker-seat.js'
import { publicZone, Zones } from './zones.js'

export interface AppOptions {
  readonly plugins?: readonly Plugin[]
  readonly routes?: readonly RouteClass[]
  /** Default: pino at level info, JSON to stdout. */
  readonly log?: Log
  readonly timers?: Partial<Timers>
  readonly limits?: Partial<TransportLimits> & {
    /** Live server transactions at most; above it new requests get 503. Default 200,000. */
    readonly transactions?: number
    /**
     * Refusals that one public network (/24, /64) is sent over UDP each second at most, twice as many at once after a pause;
     * 0: as many as come. Default 10: whoever writes another's address as his own gets no flood out of us.
     */
    readonly refusalsPerSecond?: number
  }
  /** A handler that has not answered after so long is cut off with 500. Default 10 s. */
  readonly handlerTimeoutMs?: number
  /** A plugin that takes longer to start, get ready, reload or close is an error. Default 10 s. */
  readonly pluginTimeoutMs?: number
  /** Resolvers as `127.0.0.53:5353`; empty: the system's. */
  readonly dns?: { readonly servers?: readonly string[] }
  /** `edge` (default): only our own Route is followed (403). `open`: a plain proxy that follows any. */
  readonly profile?: 'edge' | 'open'
  /**
   * Signs our Record-Route, so that only dialogs that began here may pass. Nodes behind one address share it.
   * Default: this machine's own, the same after a restart.
   */
  readonly secret?: string
  /** Domains we answer for; empty: any. Requests outside a dialog for another domain get 403. */
  readonly domains?: readonly string[]
  /** Zone name → CIDR list; a source outside all of them belongs to its listener's zone. */
  readonly zones?: Readonly<Record<string, readonly string[]>>
  /** Transports besides UDP and TCP; one of their name takes its place. */
  readonly transports?: readonly Transport[]
  /** What `joinWorkers` gave: this app is one of several that serve the same calls. */
  readonly worker?: WorkerSeat
  /** Tests hand in a virtual one. */
  readonly clock?: Clock
  readonly chance?: Chance
}

/** `udp:127.0.0.1:5060`, `tcp:[::1]:5060`, or the long form. */
export type ListenAddress = string | LongListenAddress

export interface LongListenAddress extends ListenOptions {
  /** `udp`, `tcp`, or the name of a plugin's transport. */
  readonly transport: string
}

/** Builds an app: plugins start in order, route classes are resolved, everything is checked. Nothing listens yet. */
export async function createApp(options: AppOptions = {}): Promise<App> {
  const app = new App(options)
  await app.start(options)
  return app
}

export class App {
  readonly log: Log
  readonly #clock: AppClock
  readonly #chance: Chance
  readonly #timers: Timers
  readonly #limits: TransportLimits
  readonly #sendQueues: SendQueues
  readonly #pluginTimeoutMs: number
  readonly #container = new Container()
  readonly #hooks = new Hooks()
  readonly #transports = new Map<string, Transport>()
  readonly #zones: Zones
  readonly #listeners: Listeners
  readonly #seat: WorkerSeat | undefined
  readonly #dialogs: DialogTokens
  #resolver: Resolver | undefined = undefined
  #options: EndpointOptions | undefined = undefined
  #endpoint: Endpoint | undefined = undefined
  #reloading: Promise<void> = Promise.resolve()
  #state: 'idle' | 'listening' | 'closed' = 'idle'

  /** Use `createApp`. @internal */
  constructor(options: AppOptions) {
    this.log = options.log ?? systemLog()
    this.#clock = new AppClock(options.clock)
    this.#chance = options.chance ?? systemChance
    this.#timers = timersFrom(options.timers)
    this.#limits = { ...defaultTransportLimits, ...options.limits }
    this.#sendQueues = new SendQueues(this.#limits.allSendQueuesBytes)
    this.#pluginTimeoutMs = options.pluginTimeoutMs ?? 10_000
    this.#zones = new Zones(options.zones)
    this.#listeners = new Listeners(options.domains ?? [], this.#zones)
    this.#seat = options.worker
    this.#dialogs = new DialogTokens(options.secret ?? options.worker?.secret)
    for (const transport of [udp, tcp, ...(options.transports ?? [])]) {
      this.#transports.set(transport.name, transport)
    }
  }

  /** @internal */
  async start(options: AppOptions): Promise<void> {
    for (const plugin of startOrder(options.plugins ?? [])) {
      const setup = async (): Promise<void> => plugin.setup(this.#host(plugin))
      await withinTime(setup, this.#pluginTimeoutMs, plugin.name, 'setup')
    }
    const resolver = new Resolver({
      servers: options.dns?.servers ?? [],
      transports: [...this.#transports.keys()],
      clock: this.#clock,
      random: () => this.#chance.random(),
    })
    this.#resolver = resolver
    this.#options = {
      clock: this.#clock,
      chance: this.#chance,
      log: this.log,
      timers: this.#timers,
      messageLimits: this.#limits.message,
      transactions: options.limits?.transactions ?? 200_000,
      refusalsPerSecond: options.limits?.refusalsPerSecond ?? 10,
      handlerTimeoutMs: options.handlerTimeoutMs ?? 10_000,
      profile: options.profile ?? 'edge',
      hooks: this.#hooks,
      routes: new RouteTable(options.routes ?? [], this.#container, this.#hooks),
      listeners: this.#listeners,
      zones: this.#zones,
      resolver,
      dialogs: this.#dialogs,
    }
    this.#endpoint = new Endpoint(this.#options)
  }

  /** Bound listeners. */
  get listeners(): readonly LocalAddress[] {
    return this.#listeners.all.map(({ local }) => local)
  }

  /** Server and client transactions that are alive. */
  get transactions(): number {
    const { layer } = this.#running()
    return layer.servers + layer.clients
  }

  /** Requests that we have in hand: most have no final answer yet. */
  get openRequests(): number {
    return this.#running().openRequests
  }

  /** What has been counted since the start. */
  get counters(): Readonly<Counters> {
    return this.#running().counters
  }

  /**
   * Binds every address, or none: throws SIPW_ERR_LISTEN. In a worker, its listeners too, which are bound already.
   * Resolves when plugins are ready.
   */
  async listen(...addresses: readonly ListenAddress[]): Promise<void> {
    const endpoint = this.#running()
    if (this.#state !== 'idle') throw new SipError('SIPW_ERR_ALREADY_LISTENING')
    this.#state = 'listening'
    const bound: Listener[] = []
    const seat = this.#seat
    try {
      for (const transport of this.#transports.values()) await transport.prepare?.()
      for (const address of addresses) bound.push(await this.#bind(address, endpoint))
      // Nothing is waited for between the first of these and the last line below: what has come in meanwhile is read
      // when all listeners are known.
      for (const address of seat?.addresses ?? []) {
        bound.push(await this.#takeSeat(seat!, address, endpoint))
      }
    } catch (error) {
      await Promise.all(bound.map((listener) => listener.close()))
      this.#state = 'idle'
      throw error
    }
    for (const listener of bound) this.#listeners.add(listener)
    for (const { host, port } of seat?.others ?? []) this.#listeners.addShared(host, port)
    for (const hook of this.#hooks.ready) {
      await withinTime(hook, this.#pluginTimeoutMs, 'a plugin', 'onReady')
    }
    await seat?.serves(this.#asWorker(), this.#transportHost())
  }

  /**
   * Plugins read their files again; calls in progress notice nothing. Rejects with what was refused; what could be
   * read is in force. A second reload waits for the first.
   */
  reload(): Promise<void> {
    const next = this.#reloading.then(() => this.#reload())
    this.#reloading = next.catch(() => undefined)
    return next
  }

  /** Refuses new requests outside a dialog (503) and resolves when the last transaction has ended, or at the limit. */
  async drain(limitMs: number): Promise<void> {
    const endpoint = this.#running()
    endpoint.draining = true
    const end = this.#clock.now() + limitMs
    while (this.transactions > 0 && this.#clock.now() < end) {
      await new Promise<void>((resolve) => this.#clock.after(drainPollMs, resolve))
    }
  }

  /** Stops receiving, closes plugins, last first. Throws the first error when all have been asked. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    const errors: unknown[] = []
    for (const { plugin, run } of this.#hooks.close.toReversed()) {
      await withinTime(run, this.#pluginTimeoutMs, plugin, 'onClose').catch((error: unknown) =>
        errors.push(error),
      )
    }
    await this.#listeners.close().catch((error: unknown) => errors.push(error))
    this.#endpoint?.stop()
    this.#resolver?.close()
    if (errors.length > 0) throw errors[0]
  }

  /** The instance that a plugin provided; throws SIPW_ERR_SERVICE_MISSING. */
  resolve<T>(token: ServiceToken<T>): T {
    return this.#container.resolve(token)
  }

  /** One line per route: `INVITE → allowFrom → digest → LoadBalancer.invite`. */
  describeRoutes(): readonly string[] {
    return this.#running().routes.describe()
  }

  /**
   * Runs a request through the same machines, on a virtual clock, with scripted backends: a test needs no network and
   * no time. The app must not be listening (SIPW_ERR_INJECT_WHILE_LISTENING).
   */
  inject(request: InjectRequest, options: InjectOptions = {}): Promise<InjectedCall> {
    if (this.#options === undefined) throw new SipError('SIPW_ERR_NOT_STARTED')
    if (this.#state !== 'idle') throw new SipError('SIPW_ERR_INJECT_WHILE_LISTENING')
    return injectInto(this.#options, this.#clock.makeVirtual(), request, options)
  }

  #running(): Endpoint {
    if (this.#endpoint === undefined) throw new SipError('SIPW_ERR_NOT_STARTED')
    return this.#endpoint
  }

  async #reload(): Promise<void> {
    const errors: unknown[] = []
    for (const hook of this.#hooks.reload) {
      await withinTime(hook, this.#pluginTimeoutMs, 'a plugin', 'onReload').catch(
        (error: unknown) => errors.push(error),
      )
    }
    if (errors.length > 0) throw errors[0]
  }

  #asWorker(): WorkerApp {
    return {
      counters: () => this.counters,
      reload: () => this.reload(),
      branches: (hash) => this.#running().layer.branches().map(hash),
      isIdle: () =>
        this.transactions === 0 &&
        this.#listeners.all.every(({ connections }) => connections === 0),
      stop: async (limitMs) => {
        await this.drain(limitMs)
        await this.close()
      },
    }
  }

  async #takeSeat(seat: WorkerSeat, address: SeatAddress, endpoint: Endpoint): Promise<Listener> {
    const listener = await this.#bind(address, seat.receiver(address, endpoint))
    seat.bound(address, listener)
    return listener
  }

  async #bind(address: ListenAddress, receiver: Receiver): Promise<Listener> {
    const options: LongListenAddress =
      typeof address === 'string' ? parseListenAddress(address) : address
    const transport = this.#transports.get(options.transport.toUpperCase())
    if (transport === undefined) {
      throw new SipError('SIPW_ERR_TRANSPORT_UNKNOWN', [
        options.transport,
        [...this.#transports.keys()].join(', '),
      ])
    }
    const advertise = options.advertise ?? { host: hostToAdvertise(options.address) }
    const zone = options.zone ?? publicZone
    return transport.listen({ ...options, advertise, zone }, receiver, this.#transportHost())
  }

  #transportHost(): TransportHost {
    const { log } = this
    return { clock: this.#clock, log, limits: this.#limits, sendQueues: this.#sendQueues }
  }

  #locate(text: string): readonly Hop[] | Promise<readonly Hop[]> {
    const uri = parseUri(text)
    if (!isSipUri(uri)) throw new SipError('SIPW_ERR_URI_SCHEME', [uri.scheme])
    return this.#running().resolver.resolve(uri)
  }

  #figures(): Figures {
    const { counters, layer, draining } = this.#running()
    const counted = Object.fromEntries(Object.entries(counters) as [string, number][])
    return {
      counters: { ...counted, requestsRepeated: layer.repeated },
      serverTransactions: layer.servers,
      clientTransactions: layer.clients,
      plugins: this.#hooks.counters.map((read) => read()),
      listeners: this.listeners,
      draining,
    }
  }

  #host(plugin: Plugin): Host {
    const hooks = this.#hooks
    const container = this.#container
    return {
      log: this.log,
      clock: this.#clock,
      chance: this.#chance,
      workers: this.#seat?.workers ?? alone,
      secretFor: (purpose) => this.#dialogs.secretFor(purpose),
      provide: (token, instance) => container.provide(token, instance),
      resolve: (token) => container.resolve(token),
      find: (token) => container.find(token),
      use: (middleware) => hooks.newRequest.push(buildStep(middleware, container)),
      addTransport: (transport) => this.#transports.set(transport.name, transport),
      addZones: (lookUp) => this.#zones.add(lookUp),
      onReceive: (hook) => hooks.receive.push(hook),
      onAdmit: (hook) => hooks.admit.push(hook),
      onRequest: (hook) => {
        hooks.everyRequest.push(hook)
        hooks.newRequest.push(hook)
      },
      onForward: (hook) => hooks.forward.push(hook),
      onResponse: (hook) => hooks.response.push(hook),
      onFailure: (hook) => hooks.failure.push(hook),
      onReply: (hook) => hooks.reply.push(hook),
      onCancel: (hook) => hooks.cancel.push(hook),
      addBoundary: (boundary) => hooks.boundaries.push(boundary),
      observeMessages: (observer) => hooks.observers.push(observer),
      onHandler: (hook) => hooks.handler.push(hook),
      addCounters: (name, help, read) =>
        hooks.counters.push(() => ({ name, help, values: read() })),
      onDone: (hook) => hooks.done.push(hook),
      onReady: (hook) => hooks.ready.push(hook),
      onReload: (hook) => hooks.reload.push(hook),
      onClose: (run) => hooks.close.push({ plugin: plugin.name, run }),
      locate: (uri) => this.#locate(uri),
      figures: () => this.#figures(),
      isOurs: (uri) => this.#listeners.isOurs(uri),
      zoneOf: (address, at) => this.#zones.of(address, at),
      send: (request, done) => new OwnRequest(this.#running(), request, done).start(),
    }
  }
}

/** How often draining looks whether it is done. */
const drainPollMs = 50

export type { RouteClass }
