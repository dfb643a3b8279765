/** One backend of a set: where it is, what it may be given, how it is. */
import { type Target } from '@sipwright/framework'
import { type DestinationConfig, type ProbeConfig } from './config.js'
import { type Check } from './health/checker.js'
import { type Finding } from './health/finding.js'
import { Passive } from './health/ejection.js'
import { Health, type HealthState } from './health/health.js'
import { PeakEwma } from './health/peak-ewma.js'
import { Latency } from './health/latency.js'
import { type CapFigures, Caps, type Ledger } from './load/caps.js'
import { Load } from './load/load.js'
import { Overload, overloadSupport } from './load/overload.js'
import { type Share, whole } from './load/share.js'
import { httpProbe, probeUrl } from './health/http-probe.js'
import { Easing } from './health/slow-start.js'
import { ReplyCodes } from './health/reply-codes.js'
import { usabilityChanged } from './health/usability.js'

/**
 * What the operator wants. All but `ready` get no new request, and keep their dialogs: `drain` is being emptied, `maintenance`
 * is out for work on it, `disabled` is not even probed. No probe ends them.
 */
export type AdminState = 'ready' | 'drain' | 'maintenance' | 'disabled'

/** The operator's word: what, why, by whom, since when. */
export interface AdminWord {
  readonly state: AdminState
  readonly reason: string
  /** Absent: nobody has said who. */
  readonly who?: string | undefined
  /** Milliseconds of the app's clock. */
  readonly since: number
}

/** Kamailio's bits of the flags field. */
export const flagBits = {
  inactive: 1,
  trying: 2,
  disabled: 4,
  probing: 8,
  noResolve: 16,
  noProbe: 32,
} as const

/** How a destination is probed: the plugin's `probe` with what the destination itself says. */
export interface ProbePolicy {
  readonly method: string
  readonly intervalMs: number
  /** While it is trying. */
  readonly tryingIntervalMs: number
  /** While it is inactive or busy. */
  readonly downIntervalMs: number
  readonly timeoutMs: number
  readonly from: string
  readonly threshold: number
  readonly recover: number
  readonly replyCodes: ReplyCodes
  readonly headers: Readonly<Record<string, string>>
  /** What it is asked besides SIP. */
  readonly checks: readonly Check[]
}

/** How often a kind of probe has found what, since the start. */
export type ProbeCounts = Record<Finding['state'], number>

/** Plain numbers since the start, read at scrape. */
export interface Counters {
  /** Times it was the first choice. */
  selected: number
  /** Times it was tried, as a first choice or a fallback. */
  attempts: number
  /** Failed attempts that it answered itself, 300–699. */
  failedByResponse: number
  /** Failed attempts without any response. */
  failedByNoResponse: number
  /** Failed attempts that could not reach it. */
  failedByTransport: number
  /** What probes have found, by kind of probe. */
  readonly probes: Map<string, ProbeCounts>
  /** The last final status that it answered; 0 before the first. */
  lastStatus: number
}

/** What a destination keeps when a reload replaces it by one with the same id and URI. */
export class DestinationState {
  readonly health: Health
  readonly latency = new Latency()
  readonly responseTime = new PeakEwma()
  readonly overload = new Overload()
  /** Belongs to the name of the destination: kept even if its URI changes or it was away. */
  load = new Load()
  readonly counters: Counters = {
    selected: 0,
    attempts: 0,
    failedByResponse: 0,
    failedByNoResponse: 0,
    failedByTransport: 0,
    probes: new Map(),
    lastStatus: 0,
  }
  readonly passive = new Passive()
  readonly easing = new Easing()
  #adminWord: AdminWord
  #panics = false

  constructor(health: Health, admin: AdminState, now = 0) {
    this.health = health
    this.#adminWord = { state: admin, reason: 'as configured', since: now }
  }

  get admin(): AdminState {
    return this.#adminWord.state
  }

  set admin(state: AdminState) {
    this.adminWord = { ...this.#adminWord, state }
  }

  get adminWord(): AdminWord {
    return this.#adminWord
  }

  set adminWord(word: AdminWord) {
    this.#adminWord = word
    usabilityChanged()
  }

  /** So few of its set are well that those found inactive are tried, too. */
  get panics(): boolean {
    return this.#panics
  }

  set panics(panics: boolean) {
    if (panics !== this.#panics) usabilityChanged()
    this.#panics = panics
  }
}

export class Destination implements CapFigures {
  readonly setId: string
  /** Stable across reloads, restarts and the order of lines: `id`, else the attribute `duid`, else the URI. */
  readonly id: string
  readonly uri: string
  readonly priority: number
  readonly weight: number
  /** Calls in progress; 0: any number. */
  readonly maxLoad: number
  /** INVITEs without final answer; 0: any number. */
  readonly maxPending: number
  /** New calls; 0: any number. */
  readonly maxCallsPerSecond: number
  /** New calls at once, after a pause. */
  readonly callBurst: number
  /** It is tried only when no other of its set may be. */
  readonly overflow: boolean
  readonly flags: number
  /** Names in lower case. */
  readonly attrs: ReadonlyMap<string, string>
  readonly probe: ProbePolicy
  readonly state: DestinationState
  /** What the proxy is given: made once, not per request. */
  target: Target
  /** This worker's share of what it may be given. */
  caps: Caps
  /** By the mode of all probes, whatever its flags. */
  readonly #probedUnflagged: boolean

  /** `previous` is the one that this replaces; its state is kept if it is still the same place with the same flags. */
  constructor(
    setId: string,
    config: DestinationConfig,
    probe: ProbeConfig,
    previous: Destination | undefined,
    now: number,
  ) {
    this.setId = setId
    this.attrs = attributes(config)
    this.id = destinationId(config)
    this.uri = config.uri
    this.priority = config.priority
    this.weight = config.weight ?? Number(this.attrs.get('weight') ?? 1)
    this.maxLoad = config.maxLoad ?? Number(this.attrs.get('maxload') ?? 0)
    this.maxPending = config.maxPending ?? 0
    this.maxCallsPerSecond = config.maxCallsPerSecond ?? 0
    this.callBurst = config.callBurst ?? Math.max(1, Math.ceil(this.maxCallsPerSecond))
    this.overflow = config.overflow ?? this.attrs.get('overflow') === '1'
    this.flags = config.flags
    this.probe = probePolicy(config, probe)
    const barred = flagBits.noResolve | flagBits.noProbe
    this.#probedUnflagged =
      probe.mode === 'all' && this.probe.intervalMs > 0 && (this.flags & barred) === 0
    const same = previous?.uri === config.uri && previous.flags === config.flags
    this.state = same ? previous.state : initialState(this.flags, this.probe, now)
    this.target = { uri: config.uri, role: 'next-hop', origin: this }
    this.caps = new Caps(this, whole, { isFull: false, now: () => now })
  }

  /** Its calls are counted there, and its caps kept by that ledger: called once, before it is given any request. */
  countOn(load: Load, ledger: Ledger, share: Share): void {
    this.state.load = load
    this.target = { ...this.target, mark: load.mark }
    this.caps = new Caps(this, share, ledger)
  }

  /** From now on it is told that we shed load as it asks for. RFC 7339 §5.1 */
  offerOverloadControl(): void {
    this.target = { ...this.target, viaParams: overloadSupport }
  }

  /** Whether it may get a new request: it answers, or its set panics, and its operator wants it to. */
  get usable(): boolean {
    const { health, admin, panics } = this.state
    return admin === 'ready' && (health.takesRequests || (panics && health.isSuspect))
  }

  get health(): Health {
    return this.state.health
  }

  /** How long callers wait for its first response; moves only where an algorithm asks for it. */
  get responseTime(): PeakEwma {
    return this.state.responseTime
  }

  /** How long it takes to answer probes. */
  get latency(): Latency {
    return this.state.latency
  }

  /** The share of its requests that it asks us to keep from it. */
  get overload(): Overload {
    return this.state.overload
  }

  get load(): Load {
    return this.state.load
  }

  /** The share that it is due now: what the configuration says, less while it starts slowly or bears less itself. */
  get effectiveWeight(): number {
    return this.weight * this.ease
  }

  /** The part of its weight that it is due now, 0 to 1: less while it starts slowly, or says that it bears less. */
  get ease(): number {
    const { easing, health } = this.state
    return (easing.factor * health.percent) / 100
  }

  /** It may have no further call: it is skipped by INVITEs, and is up all the same. */
  get isFull(): boolean {
    return this.caps.reached(this.state.load)
  }

  /** Whether it may get this new request: it is usable and, if that is a call, may have a further one. */
  takes(isCall: boolean): boolean {
    return this.usable && !(isCall && this.isFull)
  }

  get counters(): Counters {
    return this.state.counters
  }

  /**
   * Kamailio's two letters, such as AP, TX, IP, DX: its state, and whether it is probed (P: flagged so, or in mode `all`),
   * never (N) or not (X).
   */
  get letters(): string {
    const { health, admin } = this.state
    const first =
      health.state === 'inactive'
        ? 'I'
        : admin !== 'ready'
          ? 'D'
          : health.state === 'busy'
            ? 'I'
            : health.state === 'trying'
              ? 'T'
              : 'A'
    const probed = this.#probedUnflagged && admin !== 'disabled'
    if (probed || (this.flags & flagBits.probing) !== 0) return `${first}P`
    return (this.flags & flagBits.noProbe) !== 0 ? `${first}N` : `${first}X`
  }
}

/** The identity of a destination among those of its set. */
export function destinationId(config: DestinationConfig): string {
  return config.id ?? attributes(config).get('duid') ?? config.uri
}

function attributes({ attrs }: DestinationConfig): ReadonlyMap<string, string> {
  return new Map(Object.entries(attrs).map(([name, value]) => [name.toLowerCase(), value]))
}

function probePolicy(config: DestinationConfig, all: ProbeConfig): ProbePolicy {
  const { probe: own } = config
  const intervalMs = own.intervalMs ?? all.intervalMs
  return {
    method: own.method ?? all.method,
    intervalMs,
    tryingIntervalMs: own.tryingIntervalMs ?? all.tryingIntervalMs ?? intervalMs,
    downIntervalMs: own.downIntervalMs ?? all.downIntervalMs ?? intervalMs,
    headers: own.headers ?? all.headers,
    checks: checksOf(config, all, intervalMs),
    timeoutMs: own.timeoutMs ?? all.timeoutMs,
    from: own.from ?? all.from,
    threshold: own.threshold ?? all.threshold,
    recover: own.recover ?? all.recover,
    replyCodes: new ReplyCodes(own.replyCodes ?? all.replyCodes),
  }
}

function checksOf(
  { uri, probe: given }: DestinationConfig,
  all: ProbeConfig,
  intervalMs: number,
): readonly Check[] {
  const checks: Check[] = []
  const http = given.http ?? all.http
  if (http !== undefined && http.intervalMs > 0) {
    const url = probeUrl(http.url, uri)
    checks.push({ ...http, probe: httpProbe(url), key: `http ${url}` })
  }
  if (intervalMs === 0) return checks
  const timeoutMs = given.timeoutMs ?? all.timeoutMs
  for (const probe of given.own ?? all.own) {
    checks.push({ probe, key: `${probe.name} ${uri}`, intervalMs, timeoutMs })
  }
  return checks
}

function initialState(flags: number, policy: ProbePolicy, now: number): DestinationState {
  const health = new Health(policy, initialHealth(flags), 'as configured', now)
  return new DestinationState(health, (flags & flagBits.disabled) === 0 ? 'ready' : 'disabled', now)
}

function initialHealth(flags: number): HealthState {
  if ((flags & flagBits.inactive) !== 0) return 'inactive'
  return (flags & flagBits.trying) !== 0 ? 'trying' : 'active'
}
