/**
 * Applies what is learnt and said of destinations, and tells who must know. It keeps the time of what ends by itself: while
 * nothing does, it has no timer.
 */
import { type Clock, type Log } from '@sipwright/framework'
import { type HealthConfig } from '../config.js'
import { type Destination, type DestinationState } from '../destination.js'
import { type DestinationSet } from '../destination-set.js'
import { failedOn } from './ejection.js'
import { type Finding } from './finding.js'
import { sipSignal } from './health.js'
import { panicOf } from './panic.js'

/** Something happened to a destination that decides whether it gets new requests. */
export interface DestinationEvent {
  /** `busy`: it wants no new request for now. `spared`: it would have been ejected, if that did not leave too few. */
  readonly kind: 'up' | 'down' | 'busy' | 'spared'
  readonly set: string
  readonly destination: Destination
  readonly reason: string
  /** Milliseconds of the app's clock. */
  readonly at: number
}

/** So few destinations of a set are well that health is ignored, or enough are again. */
export interface PanicEvent {
  readonly set: string
  readonly panics: boolean
  readonly reason: string
  /** Milliseconds of the app's clock. */
  readonly at: number
}

export interface OverseerOptions {
  readonly clock: Clock
  readonly log: Log
  /** The health or the operator's word of a destination changed here, by something that other workers do not see. */
  readonly changed?: ((destination: Destination, reason: string) => void) | undefined
}

export class Overseer {
  readonly #options: OverseerOptions
  readonly #listeners = new Set<(event: DestinationEvent) => void>()
  readonly #panicListeners = new Set<(event: PanicEvent) => void>()
  #policy: HealthConfig
  #sets: ReadonlyMap<string, DestinationSet> = new Map()
  #watched: ReadonlyMap<DestinationState, Watched> = new Map()

  constructor(policy: HealthConfig, options: OverseerOptions) {
    this.#policy = policy
    this.#options = options
  }

  get policy(): HealthConfig {
    return this.#policy
  }

  /** From now on these are the sets. States that stay keep their time; who joins a running set starts slowly. */
  watch(sets: ReadonlyMap<string, DestinationSet>, policy: HealthConfig): void {
    const now = this.#options.clock.now()
    const before = this.#watched
    const watched = new Map<DestinationState, Watched>()
    this.#policy = policy
    for (const set of sets.values()) {
      const running = this.#sets.has(set.id)
      for (const destination of set.destinations) {
        const { state } = destination
        state.health.damping = policy.damping
        state.health.keepOnly(new Set(destination.probe.checks.map(({ probe }) => probe.name)), now)
        const known = before.get(state)
        watched.set(state, known ?? { destination, dueAt: Infinity, disarm: undefined })
        if (known !== undefined) known.destination = destination
        else if (running) this.#ease(destination, set, now)
      }
    }
    for (const [state, { disarm }] of before) if (!watched.has(state)) disarm?.()
    this.#sets = sets
    this.#watched = watched
    for (const each of watched.values()) this.#arm(each)
    for (const set of sets.values()) this.#panic(set, now)
  }

  /** Nothing is timed any more. */
  stop(): void {
    for (const { disarm } of this.#watched.values()) disarm?.()
    this.#watched = new Map()
  }

  onChange(listener: (event: DestinationEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onPanic(listener: (event: PanicEvent) => void): () => void {
    this.#panicListeners.add(listener)
    return () => this.#panicListeners.delete(listener)
  }

  /**
   * Applies a change of health or of the operator's word, and tells about it, by the reason that the health then has or by
   * that one. `shared`: other workers do not learn of it by themselves.
   */
  change(
    destination: Destination,
    apply: (now: number) => void,
    { reason: given, shared = true }: { readonly reason?: string; readonly shared?: boolean } = {},
  ): void {
    const { clock, log, changed } = this.#options
    const { state } = destination
    const at = clock.now()
    const before = kindOf(destination)
    const { health, adminWord } = state
    const was = { state: health.state, due: health.dueAt, percent: health.percent }
    apply(at)
    const reason = given ?? health.reason
    const set = this.#sets.get(destination.setId)
    const kind = kindOf(destination)
    if (kind === 'up' && before !== 'up') this.#ease(destination, set, at)
    const watched = this.#watched.get(state)
    if (watched !== undefined) this.#arm(watched)
    const isNews =
      health.state !== was.state ||
      health.dueAt !== was.due ||
      health.percent !== was.percent ||
      state.adminWord !== adminWord
    if (shared && isNews) changed?.(destination, reason)
    if (kind !== before) {
      log.info(fieldsOf(destination, reason), `destination ${kind}`)
      this.#tell({ kind, destination, set: destination.setId, reason, at })
    }
    if (set !== undefined && isNews) this.#panic(set, at)
  }

  /** What a probe has found. */
  found(destination: Destination, finding: Finding): void {
    const { signal, state, reason, percent, forMs = Infinity } = finding
    const { health, probe } = destination
    const { retryAfterMaxMs } = this.#policy
    // Who is asked again says itself when it is over; this is for the case that nobody asks any more.
    const ownMs = 2 * (Math.max(probe.intervalMs, probe.downIntervalMs) + probe.timeoutMs)
    const busyMs = Math.max(Math.min(forMs, retryAfterMaxMs), finding.recheckMs ?? ownMs)
    this.change(destination, (now) => {
      switch (state) {
        case 'up':
          health.succeeded(reason, now, signal, percent)
          if (this.#policy.ejection.probeEnds) health.release('ejected', reason, now)
          break
        case 'failed':
          health.failed(reason, now, signal)
          break
        case 'busy':
          // With `retryAfterMaxMs: 0` a 503 is a failure like any other.
          if (signal === sipSignal && retryAfterMaxMs === 0) health.failed(reason, now, signal)
          else health.busy(reason, now + busyMs, now, signal)
          break
        case 'down':
          health.down(reason, now, signal)
          break
      }
    })
  }

  /** A new request has failed on it, in a way that says something of the destination and not of the call. */
  failed(destination: Destination, why: string): void {
    const { clock, log } = this.#options
    const peers = this.#sets.get(destination.setId)?.destinations ?? []
    const at = clock.now()
    const verdict = failedOn(destination, peers, this.#policy.ejection, why, at)
    if (verdict === undefined) return
    const { reason } = verdict
    if (verdict.kind === 'spare') {
      log.warn(fieldsOf(destination, reason), 'destination spared')
      this.#tell({ kind: 'spared', destination, set: destination.setId, reason, at })
      return
    }
    this.change(destination, (now) =>
      destination.health.hold('ejected', reason, now + verdict.forMs, now),
    )
  }

  /** It has answered a new request. */
  answered(destination: Destination): void {
    destination.state.passive.failures = 0
  }

  /** It has asked for no new request for so long, by a 503 to a request that was no probe. */
  refused(destination: Destination, forMs: number): void {
    const reason = `answered 503 with Retry-After ${forMs / 1_000} s`
    this.change(destination, (now) => destination.health.hold('busy', reason, now + forMs, now))
  }

  #ease(destination: Destination, set: DestinationSet | undefined, now: number): void {
    destination.state.easing.begin(set?.slowStartMs ?? this.#policy.slowStartMs, now)
  }

  /** One timer for what is next to end or to grow. */
  #arm(watched: Watched): void {
    const { health, easing } = watched.destination.state
    const dueAt = Math.min(health.dueAt, easing.dueAt)
    if (dueAt === watched.dueAt) return
    watched.disarm?.()
    watched.dueAt = dueAt
    watched.disarm = undefined
    if (dueAt === Infinity) return
    const { clock } = this.#options
    watched.disarm = clock.after(Math.max(0, dueAt - clock.now()), () => this.#due(watched))
  }

  /** Each worker has a clock of its own, so there is nothing to share. */
  #due(watched: Watched): void {
    watched.dueAt = Infinity
    watched.disarm = undefined
    const { destination } = watched
    destination.state.easing.step(this.#options.clock.now())
    this.change(destination, (now) => destination.health.expire(now), { shared: false })
  }

  #panic(set: DestinationSet, at: number): void {
    const percent = set.panicPercent ?? this.#policy.panicPercent
    const found = panicOf(set.destinations, percent)
    const panics = found !== undefined
    const before = set.panics
    for (const { state } of set.destinations) state.panics = panics
    set.panics = panics
    if (panics === before) return
    const reason =
      found === undefined
        ? 'enough destinations are well again'
        : `${found.well} of ${found.of} destinations are well, less than ${percent} %`
    this.#options.log.warn(
      { set: set.id, reason },
      panics ? 'set panics: health is ignored' : 'set panics no more',
    )
    for (const listener of this.#panicListeners) listener({ set: set.id, panics, reason, at })
  }

  #tell(event: DestinationEvent): void {
    for (const listener of this.#listeners) listener(event)
  }
}

interface Watched {
  destination: Destination
  dueAt: number
  disarm: (() => void) | undefined
}

function kindOf({ state: { health, admin } }: Destination): 'up' | 'down' | 'busy' {
  if (admin !== 'ready') return 'down'
  if (health.takesRequests) return 'up'
  return health.state === 'busy' ? 'busy' : 'down'
}

function fieldsOf({ setId, id, uri }: Destination, reason: string): object {
  return { set: setId, destination: id, uri, reason }
}
