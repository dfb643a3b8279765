/** The service that route classes inject: which backends there are, and in which order a request tries them. */
import {
  SipError,
  type AnyContext,
  type AttemptContext,
  type Chance,
  type Clock,
  type Log,
  type ReplyContext,
  type SipResponse,
} from '@sipwright/framework'
import { Candidates, Preferring, type TargetRole } from './candidates.js'
import {
  dispatcherConfig,
  type DispatcherConfig,
  type DestinationInput,
  type DispatcherInput,
  type HealthConfig,
  type ProbeConfig,
} from './config.js'
import { Destination, type AdminState } from './destination.js'
import { DestinationSet, type SetCounts } from './destination-set.js'
import { formatFault, type ListFault } from './source/dispatcher-list.js'
import { explain, type Explanation } from './explanation.js'
import { markOf, type Mark } from './mark.js'
import { contextFor, type RequestLike } from './request-like.js'
import { Calls, type CallNews } from './load/calls.js'
import { type LeaseObserver } from './load/lease.js'
import { Leases } from './load/leases.js'
import { type Load } from './load/load.js'
import { type OverloadReport } from './load/overload.js'
import { type RetryBudget } from './load/retry-budget.js'
import { Retries } from './load/retries.js'
import { type Share, whole } from './load/share.js'
import { withKey, type SelectContext, type Walk } from './select/algorithm.js'
import { resolveAlgorithm, type AlgorithmLike } from './select/names.js'
import { type Finding, sipFinding } from './health/finding.js'
import { type DestinationEvent, Overseer, type PanicEvent } from './health/overseer.js'
import { isListed } from './health/reply-codes.js'
import { retryAfterMs } from './health/retry-after.js'
import { type DestinationNews } from './health/shared-health.js'
import { type Sender, type SenderOptions, type Senders } from './senders.js'
import { SetWalk, type SetStep } from './set-walk.js'
import { difference, formatDifference, type SetsDifference } from './source/difference.js'
import {
  adding,
  changing,
  type DestinationChange,
  type Edit,
  Edits,
  removing,
} from './source/edits.js'
import { revisionOf } from './source/revision.js'
import { type SourceStatus } from './source/source.js'
import { type LoadedSets, type SetDefinition, type SetsSource } from './source/sources.js'

/** What an operator says with a word. */
export interface AdminOptions {
  /** Default: `set to drain`. */
  readonly reason?: string
  readonly who?: string
}

/** What an operator says with a change of the sets. */
export interface EditOptions extends AdminOptions {
  /** The sets that were looked at: SIPW_ERR_SET_REVISION if they are others by now. */
  readonly revision?: string | undefined
}

export type SetId = string | number

/** How one set of several is walked. */
export interface SetOptions {
  /** Instead of the set's own. Throws SIPW_ERR_ALGORITHM_UNKNOWN. */
  readonly algorithm?: AlgorithmLike
  /** What hashes hash, instead of their own part of the request. */
  readonly key?: string
  /** Destinations of the set that are tried at most. */
  readonly limit?: number
}

export interface SetSelection extends SetOptions {
  readonly set: SetId
}

/** One set, or several in the order in which they are tried. */
export type Sets = SetId | readonly (SetId | SetSelection)[]

export interface SelectOptions extends SetOptions {
  /** Destinations tried at most, of all sets together. */
  readonly limit?: number
  /**
   * `next-hop` (default): the Request-URI stays as it came, and the request goes to the destination. `domain`: the
   * Request-URI keeps its user and takes host, port and parameters of the destination. Kamailio's modes d and r.
   */
  readonly role?: TargetRole
}

export interface DispatcherOptions {
  readonly config: DispatcherConfig
  /** Where the sets of a configuration come from. */
  readonly sourceOf: (config: DispatcherConfig) => SetsSource
  readonly log: Log
  readonly clock: Clock
  readonly chance: Chance
  /** An algorithm asks that first responses be timed. */
  readonly timeResponses?: () => void
  /** An algorithm asks that the overload of destinations be heard. */
  readonly hearOverload?: () => void
  /** How calls are counted; default: as many as come, for twelve hours at most, and forgotten with the process. */
  readonly counting?: {
    readonly maxCalls: number
    readonly maxDurationMs: number
    /** Makes the marks that our Record-Route carries. */
    readonly secret: string
    readonly observer?: LeaseObserver | undefined
  }
  /** How many requests may try a further destination at once; default: all. */
  readonly retryBudget?: RetryBudget | undefined
  /** Which of several workers this is. */
  readonly share?: Share
  /** What other workers must know of calls. */
  readonly callNews?: CallNews
  /** Where the names of destinations are, for `isFromSet`. */
  readonly senders: Senders
  /** Of several workers, where among the destinations this one's turns begin: a share from 0 to 1. Default 0. */
  readonly offset?: number
  /** The health or the operator's word of a destination changed here, by whatever brought it about. */
  readonly changed?: (destination: Destination, reason: string) => void
  /** Asks a destination at once whether it lives; what is found is applied by `found`. */
  readonly probeNow?: (destination: Destination) => Promise<readonly Finding[]>
  /** Nobody is probed in turn any more, or again. */
  readonly pauseProbes?: (paused: boolean) => void
  /** Something was said here of destinations at run time. */
  readonly edited?: (edits: readonly Edit[]) => void
}

export interface ReloadOptions {
  /** Says what would change, and changes nothing. Default: false. */
  readonly dryRun?: boolean
  /** As with edits. */
  readonly revision?: string | undefined
}

/** Sets that are made and not yet at work. */
interface Prepared {
  readonly config: DispatcherConfig
  readonly loaded: LoadedSets
  readonly edits: Edits
  readonly definitions: readonly SetDefinition[]
  readonly sets: ReadonlyMap<string, DestinationSet>
  readonly difference: SetsDifference
}

/** Of a difference, so many lines go to the log. */
const linesLogged = 50

export class Dispatcher {
  readonly #options: DispatcherOptions
  /** The calls in progress. */
  readonly leases: Leases
  /** What happens to calls: the framework's hooks go here. */
  readonly calls: Calls
  readonly #retries: Retries
  readonly #senders: Senders
  readonly #overseer: Overseer
  readonly #reloadListeners = new Set<() => void>()
  #config: DispatcherConfig
  #source: SetsSource
  #watching = false
  /** What the sources have said, and what is made of it. */
  #loaded: LoadedSets = { sets: [], faults: [] }
  #edits = new Edits()
  #definitions: readonly SetDefinition[] = []
  #sets: ReadonlyMap<string, DestinationSet> = new Map()
  #probing = true
  /** Of the sets at work; made when somebody asks. */
  readonly #selectListeners = new Set<(ctx: SelectContext, explain: () => Explanation) => void>()
  #revision: string | undefined = undefined
  /** Ends when the last reload that was asked for has ended. */
  #reloaded: Promise<void> = Promise.resolve()

  constructor(options: DispatcherOptions) {
    this.#options = options
    const { config, clock, log, counting, callNews, changed } = options
    this.#config = config
    this.#source = options.sourceOf(config)
    this.#overseer = new Overseer(config.health, { clock, log, changed })
    this.leases = new Leases({
      clock,
      limit: counting?.maxCalls ?? Infinity,
      maxDurationMs: counting?.maxDurationMs ?? 43_200_000,
      secret: counting?.secret ?? '',
      observer: counting?.observer,
      full: () => options.log.warn({ calls: this.leases.size }, 'further calls are not counted'),
    })
    this.calls = new Calls(this.leases, callNews)
    this.#senders = options.senders
    this.#retries = new Retries(config.maxRetries)
  }

  /**
   * The usable destinations of a set, in the order in which this request tries them: `ctx.relay(dispatcher.select(1, ctx))`.
   * Of several sets, those of the next one come behind those of the one before, and a URI that stands in two is tried
   * once; `algorithm` and `key` hold for each set that does not say otherwise. None usable: `isEmpty` says so, and the
   * relay would answer 503. Throws SIPW_ERR_SET_UNKNOWN for any set, SIPW_ERR_ALGORITHM_UNKNOWN.
   */
  select(sets: Sets, ctx: SelectContext, options: SelectOptions = {}): Candidates {
    for (const listener of this.#selectListeners) {
      listener(ctx, () => this.explain(ctx, sets, options))
    }
    const { limit = Infinity, role } = options
    const walk =
      typeof sets === 'object'
        ? this.#overSets(sets, ctx, options)
        : this.#overSet(this.#set(sets), ctx, options)
    const { method, uri } = ctx.request
    const requestUri = role === 'domain' ? uri : undefined
    const asked = typeof sets === 'object' ? firstOf(sets) : sets
    return new Candidates(walk, {
      limit,
      isCall: method === 'INVITE',
      requestUri,
      budget: this.#options.retryBudget,
      tally: asked === undefined ? undefined : this.#set(asked).tally,
    })
  }

  /**
   * Before each selection: `explain` tells, within the call, what it is about to do. Costs a walk over the sets, so only for
   * those who look at calls. The function returned takes it back.
   */
  onSelect(listener: (ctx: SelectContext, explain: () => Explanation) => void): () => void {
    this.#selectListeners.add(listener)
    return () => this.#selectListeners.delete(listener)
  }

  /**
   * What `select` would do with this request: who would be tried, in what order and by what score, and why the others are
   * out. It moves no turn, no credit and no counter, so an operator may ask about live traffic. Throws as `select`.
   */
  explain(
    request: RequestLike | SelectContext,
    sets: Sets,
    options: SelectOptions = {},
  ): Explanation {
    const ctx = contextFor(request, this.#options.clock.now())
    const { limit = Infinity } = options
    const several = typeof sets === 'object'
    const steps = several ? this.#steps(sets, ctx, options) : this.#steps([sets], ctx, options)
    const challengers = steps.map(({ set }) => this.#challenger(set, ctx))
    return explain({
      steps: steps.map((step) => ({ ...step, ...step.set.preview(step.ctx, step.algorithm) })),
      limit,
      once: several,
      isCall: ctx.request.method === 'INVITE',
      challenger: challengers.find((each) => each !== undefined),
    })
  }

  /** Names what the sets are by configuration, sources and edits: the same for the same, in any worker, at any time. */
  get revision(): string {
    this.#revision ??= revisionOf(this.#definitions)
    return this.#revision
  }

  /** Every set, with its destinations and how they are. */
  sets(): readonly DestinationSet[] {
    return [...this.#sets.values()]
  }

  /**
   * The destination that a request within a dialog belongs to, by the mark that our Record-Route has carried, whichever process
   * chose it. Undefined outside a dialog, and when no set has the destination any more.
   */
  destinationOf({ dialogMarks }: Pick<AnyContext, 'dialogMarks'>): Destination | undefined {
    for (const mark of dialogMarks) {
      const load = this.leases.loads.marked(mark)
      if (load === undefined) continue
      const destinations = this.#sets.get(load.setId)?.destinations
      const found = destinations?.find((each) => each.load === load)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Lines of the dispatcher list that are left out. */
  get faults(): readonly ListFault[] {
    return this.#loaded.faults
  }

  /** Whether there is such a set. */
  exists(setId: SetId): boolean {
    return this.#sets.has(String(setId))
  }

  /**
   * Whether any destination of the set may get a new request, or the one of that URI or id; an unknown one may not. Throws
   * SIPW_ERR_SET_UNKNOWN.
   */
  isActive(setId: SetId, uri?: string): boolean {
    const set = this.#set(setId)
    const asked = uri === undefined ? set.destinations : set.matching(uri)
    return asked.some(({ usable }) => usable)
  }

  /** How many destinations of the set are in which state. Throws SIPW_ERR_SET_UNKNOWN. */
  counts(setId: SetId): SetCounts {
    return this.#set(setId).counts()
  }

  /**
   * The destination that a request comes from, of one set or of any: `dispatcher.sender(ctx.source)`. Throws
   * SIPW_ERR_SET_UNKNOWN.
   */
  sender(source: Sender, setId?: SetId, options?: SenderOptions): Destination | undefined {
    const set = setId === undefined ? undefined : this.#set(setId)
    return this.#senders.find(source, set?.id, options)
  }

  /** Whether a request comes from a destination: as `sender`. Kamailio's ds_is_from_list. */
  isFromSet(source: Sender, setId?: SetId, options?: SenderOptions): boolean {
    return this.sender(source, setId, options) !== undefined
  }

  /**
   * Sets the health of a destination at once, by URI or id. Kamailio's letters stand for the same, `d` for the operator's
   * `disabled`; who is probed is not for a mark to say, so there is no `p`. Throws SIPW_ERR_SET_UNKNOWN,
   * SIPW_ERR_DESTINATION_UNKNOWN.
   */
  mark(setId: SetId, uri: string, mark: Mark, reason = 'marked'): void {
    const state = markOf(mark)
    if (state === 'disabled') return this.setAdminState(setId, uri, state)
    for (const destination of this.#matching(setId, uri)) {
      this.#overseer.change(destination, (now) => destination.health.force(state, reason, now))
    }
  }

  /**
   * The operator's word, by URI or id: with a reason, and by whom. All but `ready` get no new request; requests inside
   * dialogs still reach them by their route set. Throws SIPW_ERR_SET_UNKNOWN, SIPW_ERR_DESTINATION_UNKNOWN.
   */
  setAdminState(setId: SetId, uri: string, state: AdminState, why: AdminOptions = {}): void {
    const { reason = `set to ${state}`, who } = why
    for (const destination of this.#matching(setId, uri)) {
      const apply = (since: number): void => {
        destination.state.adminWord = { state, reason, who, since }
      }
      this.#overseer.change(destination, apply, { reason })
    }
  }

  /**
   * What a destination, by URI or id, asks to be spared, where it does not say so itself (RFC 7339): held by the algorithm
   * `round-robin-overload`, in this worker. False: a later report is known. Kamailio's ds_oc_set_attrs. Throws
   * SIPW_ERR_SET_UNKNOWN, SIPW_ERR_DESTINATION_UNKNOWN.
   */
  overload(setId: SetId, uri: string, report: OverloadReport): boolean {
    const now = this.#options.clock.now()
    const heard = this.#matching(setId, uri).map(({ overload }) => overload.report(report, now))
    return heard.includes(true)
  }

  /**
   * Reads the sources again and applies what differs; states, counters and turns of what stays are kept. One reload at a time.
   * Rejects with SIPW_ERR_DISPATCHER_FILE, SIPW_ERR_DISPATCHER_LIST or SIPW_ERR_ALGORITHM_UNKNOWN, and the running sets stay.
   */
  async reload({ dryRun = false, revision }: ReloadOptions = {}): Promise<SetsDifference> {
    if (dryRun) return this.#wouldDiffer(this.#config)
    return this.#inTurn(async () => {
      this.#checkRevision(revision)
      return this.#reload(this.#config, await this.#source.load())
    })
  }

  /** Whether destinations are probed in turn, in this worker: the leading one probes for all. */
  get probing(): boolean {
    return this.#probing
  }

  /** False until it is true again; `probeNow` asks all the same. Kamailio's dispatcher.ping_active. */
  set probing(probing: boolean) {
    this.#probing = probing
    this.#options.pauseProbes?.(!probing)
  }

  /**
   * Asks the destinations of that URI or id at once whether they live, whatever their interval, and applies what is found.
   * Rejects with SIPW_ERR_SET_UNKNOWN, SIPW_ERR_DESTINATION_UNKNOWN.
   */
  async probeNow(setId: SetId, uriOrId: string): Promise<readonly Finding[]> {
    const { probeNow } = this.#options
    const asked = this.#matching(setId, uriOrId)
    return (await Promise.all(asked.map(async (each) => (await probeNow?.(each)) ?? []))).flat()
  }

  /**
   * A further destination, until the process ends: reloads keep it. The set need not be there yet. Every worker has it.
   * Rejects with SIPW_ERR_DESTINATION_INVALID, SIPW_ERR_DESTINATION_EXISTS. Kamailio's dispatcher.add.
   */
  add(setId: SetId, destination: DestinationInput, why?: EditOptions): Promise<SetsDifference> {
    return this.#edit(why, () => adding(this.#definitions, String(setId), destination))
  }

  /**
   * Other keys of the destinations of that URI or id, over what the sources say of them, until the process ends. They keep
   * their names, and what they have in progress. Rejects with SIPW_ERR_DESTINATION_INVALID, SIPW_ERR_SET_UNKNOWN,
   * SIPW_ERR_DESTINATION_UNKNOWN.
   */
  change(
    setId: SetId,
    uriOrId: string,
    change: DestinationChange,
    why?: EditOptions,
  ): Promise<SetsDifference> {
    return this.#edit(why, () => changing(this.#definitions, String(setId), uriOrId, change))
  }

  /**
   * Takes the destinations of that URI or id out of the set, whatever the sources say, until the process ends; their calls go
   * on. Rejects with SIPW_ERR_SET_UNKNOWN, SIPW_ERR_DESTINATION_UNKNOWN. Kamailio's dispatcher.remove.
   */
  remove(setId: SetId, uriOrId: string, why?: EditOptions): Promise<SetsDifference> {
    return this.#edit(why, () =>
      removing(this.#definitions, String(setId), uriOrId, this.#loaded.sets),
    )
  }

  /** Takes back what `add`, `change` and `remove` have said, of all or of one destination by its id. */
  revert(
    of?: { readonly set: SetId; readonly id: string },
    why?: EditOptions,
  ): Promise<SetsDifference> {
    return this.#edit(why, () =>
      this.#edits
        .list()
        .filter(({ set, id }) => of === undefined || (set === String(of.set) && id === of.id))
        .map(({ set, id }): Edit => ({ kind: 'reverted', set, id })),
    )
  }

  /** What `add`, `change` and `remove` have said and still holds. */
  edits(): readonly Edit[] {
    return this.#edits.list()
  }

  /** What was said in another worker. */
  adoptEdits(edits: readonly Edit[]): void {
    const adopted = this.#inTurn(() =>
      this.#apply(this.#prepare(this.#config, this.#loaded, this.#edits.with(edits))),
    )
    adopted.catch((error: unknown) => this.#refused(error))
  }

  /**
   * Takes the place of the configuration that the plugin was given, and reloads. Rejects as `reload`, and with
   * SIPW_ERR_PLUGIN_CONFIG; the old configuration and its sets then stay.
   */
  async configure(
    input: DispatcherInput,
    { dryRun = false }: ReloadOptions = {},
  ): Promise<SetsDifference> {
    const parsed = dispatcherConfig.safeParse(input)
    if (!parsed.success) {
      const faults = parsed.error.issues.map(
        ({ path, message }) => `${path.join('.') || 'configuration'}: ${message}`,
      )
      throw new SipError('SIPW_ERR_PLUGIN_CONFIG', ['dispatcher', faults.join('; ')])
    }
    const config = parsed.data
    if (dryRun) return this.#wouldDiffer(config)
    return this.#inTurn(async () => {
      const source = this.#options.sourceOf(config)
      const before = this.#source
      let differs: SetsDifference
      try {
        differs = this.#reload(config, await source.load())
      } catch (error) {
        await source.close()
        throw error
      }
      this.#source = source
      await before.close()
      this.#watch()
      return differs
    })
  }

  /** How destinations are probed, where they do not say so themselves. */
  get probe(): ProbeConfig {
    return this.#config.probe
  }

  /** What keeps a destination out besides its probes. */
  get health(): HealthConfig {
    return this.#overseer.policy
  }

  /** Tells when a destination goes up, down or busy, or is spared an ejection; the function returned ends it. */
  onChange(listener: (event: DestinationEvent) => void): () => void {
    return this.#overseer.onChange(listener)
  }

  /** Tells when so few destinations of a set are well that health is ignored, and when enough are again. */
  onPanic(listener: (event: PanicEvent) => void): () => void {
    return this.#overseer.onPanic(listener)
  }

  /** Applies what the sources say whenever it changes, until `close`. */
  watch(): void {
    this.#watching = true
    this.#watch()
  }

  /** How the sources are: a database, a file, a name in DNS. */
  sources(): readonly SourceStatus[] {
    return this.#source.status()
  }

  /** Nothing is looked for and nothing is timed any more. */
  async close(): Promise<void> {
    this.#overseer.stop()
    this.#watching = false
    await this.#source.close()
  }

  /** Tells after the sets were replaced; the function returned ends it. */
  onReload(listener: () => void): () => void {
    this.#reloadListeners.add(listener)
    return () => this.#reloadListeners.delete(listener)
  }

  /** The result of a SIP probe. */
  probed(destination: Destination, succeeded: boolean, reason: string): void {
    this.found(destination, sipFinding(succeeded ? 'up' : 'failed', reason))
  }

  /** What a probe of any kind has found. */
  found(destination: Destination, finding: Finding): void {
    const { probes } = destination.counters
    let counts = probes.get(finding.signal)
    if (counts === undefined) {
      counts = { up: 0, failed: 0, busy: 0, down: 0 }
      probes.set(finding.signal, counts)
    }
    counts[finding.state]++
    this.#overseer.found(destination, finding)
  }

  /** How a destination is in another worker; false if there is none of that name. */
  adopt({ set, destination: id, health, admin, reason }: DestinationNews): boolean {
    const destination = this.#sets.get(set)?.destinations.find((each) => each.id === id)
    if (destination === undefined) return false
    const { state } = destination
    const apply = (now: number): void => {
      state.health.adopt(health, reason, now)
      const { forMs, ...word } = admin
      if (word.state !== state.admin || word.reason !== state.adminWord.reason) {
        state.adminWord = { ...word, since: now - forMs }
      }
    }
    this.#overseer.change(destination, apply, { reason, shared: false })
    return true
  }

  /** A response went to the caller. */
  replied(ctx: ReplyContext): void {
    const destination = ctx.branch?.target.origin
    const { status } = ctx.response
    if (!(destination instanceof Destination)) return
    if (status > 100 && status < 300) this.#overseer.answered(destination)
    if (status < 200) return
    destination.counters.lastStatus = status
    if (status === 401 || status === 407) this.#retries.challenged(destination, ctx)
  }

  /** An attempt failed. */
  attemptFailed(ctx: AttemptContext): void {
    const destination = ctx.branch.target.origin
    if (!(destination instanceof Destination)) return
    const { counters } = destination
    switch (ctx.cause) {
      case 'response':
        counters.failedByResponse++
        counters.lastStatus = ctx.response.status
        this.#answered(destination, ctx.response)
        break
      case 'no-response':
        counters.failedByNoResponse++
        this.#overseer.failed(destination, 'no response')
        break
      case 'transport-error':
        counters.failedByTransport++
        this.#overseer.failed(destination, ctx.error?.message ?? 'unreachable')
        break
    }
  }

  /** It lives; what it answered may still keep it out. */
  #answered(destination: Destination, response: SipResponse): void {
    const { retryAfterMaxMs, ejection } = this.health
    const busyMs = retryAfterMs(response, retryAfterMaxMs)
    if (busyMs !== undefined) {
      this.#overseer.answered(destination)
      this.#overseer.refused(destination, busyMs)
    } else if (ejection.statuses.length > 0 && isListed(response.status, ejection.statuses)) {
      this.#overseer.failed(destination, `answered ${response.status}`)
    } else this.#overseer.answered(destination)
  }

  #overSet(set: DestinationSet, ctx: SelectContext, { algorithm, key }: SelectOptions): Walk {
    const keyed = key === undefined ? ctx : withKey(ctx, key)
    const challenger = this.#challenger(set, ctx)
    if (challenger === undefined) return set.select(keyed, algorithm)
    return new Preferring(challenger, () => set.select(keyed, algorithm))
  }

  #overSets(sets: readonly (SetId | SetSelection)[], ctx: SelectContext, all: SelectOptions): Walk {
    const steps = this.#steps(sets, ctx, all)
    for (const { set } of steps) {
      const challenger = this.#challenger(set, ctx)
      if (challenger !== undefined) {
        return new Preferring(challenger, () => new SetWalk(steps, challenger))
      }
    }
    return new SetWalk(steps)
  }

  #steps(
    sets: readonly (SetId | SetSelection)[],
    ctx: SelectContext,
    all: SelectOptions,
  ): SetStep[] {
    return sets.map((each) => {
      const own: SetSelection = typeof each === 'object' ? each : { set: each }
      const { algorithm = all.algorithm, key = all.key, limit = Infinity } = own
      if (algorithm !== undefined) resolveAlgorithm(algorithm)
      return {
        set: this.#set(own.set),
        algorithm,
        limit,
        ctx: key === undefined ? ctx : withKey(ctx, key),
      }
    })
  }

  /** Who has challenged this caller and can alone check what it answers, if it may be tried. */
  #challenger(set: DestinationSet, ctx: SelectContext): Destination | undefined {
    const id = this.#retries.destinationFor(set.id, ctx)
    if (id === undefined) return undefined
    const challenger = set.destinations.find((each) => each.id === id)
    return challenger?.usable === true ? challenger : undefined
  }

  #inTurn<T>(run: () => T | Promise<T>): Promise<T> {
    const turn = this.#reloaded.then(run)
    const ended = (): void => undefined
    this.#reloaded = turn.then(ended, ended)
    return turn
  }

  #watch(): void {
    if (!this.#watching) return
    this.#source.watch(() => {
      this.reload().catch((error: unknown) => this.#refused(error))
    })
  }

  #refused(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    this.#options.log.error({ reason }, 'what a source says now is refused; the running sets stay')
  }

  #checkRevision(revision: string | undefined): void {
    if (revision === undefined || revision === this.revision) return
    throw new SipError('SIPW_ERR_SET_REVISION', [this.revision, revision])
  }

  #edit(why: EditOptions | undefined, said: () => readonly Edit[]): Promise<SetsDifference> {
    return this.#inTurn(() => {
      this.#checkRevision(why?.revision)
      const edits = said()
      const prepared = this.#prepare(this.#config, this.#loaded, this.#edits.with(edits))
      const differs = this.#apply(prepared, why)
      this.#options.edited?.(edits)
      return differs
    })
  }

  /** By sources of their own, so that nobody takes what they find for known. */
  async #wouldDiffer(config: DispatcherConfig): Promise<SetsDifference> {
    const source = this.#options.sourceOf(config)
    try {
      return this.#prepare(config, await source.load(), this.#edits).difference
    } finally {
      await source.close()
    }
  }

  #reload(config: DispatcherConfig, loaded: LoadedSets): SetsDifference {
    for (const fault of loaded.faults) {
      this.#options.log.warn({ ...fault }, `dispatcher list, left out: ${formatFault(fault)}`)
    }
    return this.#apply(this.#prepare(config, loaded, this.#edits))
  }

  /** Everything that can be refused is refused here, before anything is changed. */
  #prepare(config: DispatcherConfig, loaded: LoadedSets, edits: Edits): Prepared {
    const { chance, clock, offset, timeResponses, hearOverload } = this.#options
    const setup = {
      chance,
      ...(timeResponses !== undefined && { timeResponses }),
      ...(hearOverload !== undefined && { hearOverload }),
    }
    const definitions = edits.appliedTo(loaded.sets)
    const now = clock.now()
    const sets = new Map<string, DestinationSet>()
    for (const definition of definitions) {
      const previous = this.#sets.get(definition.id)
      const set = new DestinationSet(definition, config.probe, previous, now, setup, offset)
      sets.set(definition.id, set)
    }
    const differs = { sets: difference(this.#definitions, definitions), faults: loaded.faults }
    return { config, loaded, edits, definitions, sets, difference: differs }
  }

  #apply(prepared: Prepared, { reason, who }: AdminOptions = {}): SetsDifference {
    const { log } = this.#options
    const why = { ...(reason !== undefined && { reason }), ...(who !== undefined && { who }) }
    const { config, definitions, sets } = prepared
    for (const { id, algorithm } of definitions) {
      const { note } = resolveAlgorithm(algorithm)
      if (note !== undefined && !this.#sets.has(id)) log.info({ set: id }, note)
    }
    this.#count(sets)
    for (const set of sets.values()) set.activate()
    const isFirst = this.#sets.size === 0
    this.#config = config
    this.#loaded = prepared.loaded
    this.#edits = prepared.edits
    this.#definitions = definitions
    this.#revision = undefined
    this.#sets = sets
    this.#overseer.watch(sets, config.health)
    this.#senders.watch([...sets.values()].flatMap(({ destinations }) => destinations))
    const differs = formatDifference(prepared.difference)
    if (differs.length > 0 && !isFirst) {
      const told = { ...why, changes: differs.slice(0, linesLogged), count: differs.length }
      log.info(told, 'the destination sets have changed')
    }
    for (const listener of this.#reloadListeners) listener()
    return prepared.difference
  }

  /** Destinations have the calls of their name, whatever became of them since. */
  #count(sets: ReadonlyMap<string, DestinationSet>): void {
    const { share = whole } = this.#options
    const served = new Set<Load>()
    for (const { destinations } of sets.values()) {
      for (const destination of destinations) {
        const load = this.leases.loads.of(destination.setId, destination.id)
        destination.countOn(load, this.leases, share)
        served.add(load)
      }
    }
    this.leases.loads.keepOnly(served)
  }

  #matching(setId: SetId, uri: string): Destination[] {
    const set = this.#set(setId)
    const destinations = set.matching(uri)
    if (destinations.length === 0) {
      throw new SipError('SIPW_ERR_DESTINATION_UNKNOWN', [set.id, uri])
    }
    return destinations
  }

  #set(setId: SetId): DestinationSet {
    const set = this.#sets.get(String(setId))
    if (set === undefined) throw new SipError('SIPW_ERR_SET_UNKNOWN', [setId])
    return set
  }
}

/** The one whose requests they are; the others stand in for it. */
function firstOf(sets: readonly (SetId | SetSelection)[]): SetId | undefined {
  const [first] = sets
  return typeof first === 'object' ? first.set : first
}
