/**
 * How one destination is: the worst of what probes have found and of what keeps it out for a time: calls that failed on it
 * (ejected), a 503 with Retry-After (busy), too many ups and downs (held down). What an operator wants of it is another
 * matter: `AdminState` in destination.ts.
 */
import { type HealthPolicy, type HealthState, Signal, type SignalNews } from './signal.js'
import { usabilityChanged } from './usability.js'

export type { HealthPolicy, HealthState } from './signal.js'

/** When a destination has gone down so often that it is held down. */
export interface DampingPolicy {
  /** Times that it went down within `withinMs`; 0 = never held down. */
  readonly flaps: number
  readonly withinMs: number
  readonly holdMs: number
}

/** What keeps a destination out until a time, whatever probes say. */
export type HoldKind = 'busy' | 'ejected' | 'held'

/** The health as one worker tells it to another. */
export interface HealthNews {
  readonly signals: readonly SignalNews[]
  readonly holds: readonly { kind: HoldKind; reason: string; forMs: number }[]
  readonly said: boolean
}

export interface HealthChange {
  readonly state: HealthState
  readonly reason: string
  /** Milliseconds of the app's clock. */
  readonly at: number
}

/** The signal of SIP probes. */
export const sipSignal = 'sip'

/** Changes of state that are remembered of each destination. */
const longestHistory = 16

export class Health {
  /** Replaced when a reload brings another one. */
  policy: HealthPolicy
  damping: DampingPolicy = { flaps: 0, withinMs: 0, holdMs: 0 }
  readonly #signals: Signal[]
  #holds: readonly Hold[] = []
  readonly #history: HealthChange[] = []
  /** When it went down lately. */
  #downs: number[] = []
  #state: HealthState
  #since: number
  #reason: string
  #percent = 100
  #said: boolean

  constructor(policy: HealthPolicy, state: HealthState, reason: string, now: number) {
    this.policy = policy
    this.#signals = [new Signal(sipSignal, state, reason)]
    this.#state = state
    this.#since = now
    this.#reason = reason
    this.#said = true
    this.#history.push({ state, reason, at: now })
  }

  get state(): HealthState {
    return this.#state
  }

  /** When it entered its state, in milliseconds of the app's clock. */
  get since(): number {
    return this.#since
  }

  /** What keeps it in its state, or brought it there: `answered 503`, `no answer within 2000 ms`. */
  get reason(): string {
    return this.#reason
  }

  /** As far as its health goes, it may get new requests. */
  get takesRequests(): boolean {
    return this.#state === 'active' || this.#state === 'trying'
  }

  /** It is out by our own findings, not because it, a route or the configuration has said so: they may be wrong. */
  get isSuspect(): boolean {
    return this.#state === 'inactive' && !this.#said
  }

  /** The part of its weight that it says it can bear, 0 to 100. */
  get percent(): number {
    return this.#percent
  }

  /** Its last changes of state, oldest first: at most 16. */
  get history(): readonly HealthChange[] {
    return this.#history
  }

  get isEjected(): boolean {
    return this.#holds.some(({ kind }) => kind === 'ejected')
  }

  /** When it changes by itself, unless something happens before: then call `expire`. */
  get dueAt(): number {
    let dueAt = Infinity
    for (const { until } of this.#holds) dueAt = Math.min(dueAt, until)
    for (const signal of this.#signals) dueAt = Math.min(dueAt, signal.dueAt)
    return dueAt
  }

  /** A probe that was answered well; `percent` of its weight is what the destination says it can bear. */
  succeeded(reason: string, now: number, name = sipSignal, percent = 100): void {
    this.#signal(name).succeeded(reason, this.policy, percent)
    this.#settle(reason, now)
  }

  failed(reason: string, now: number, name = sipSignal): void {
    this.#signal(name).failed(reason, this.policy)
    this.#settle(reason, now)
  }

  /** A probe was answered so that no new request is wanted: until other answers, or `until`. */
  busy(reason: string, until: number, now: number, name = sipSignal): void {
    this.#signal(name).busy(reason, until)
    this.#settle(reason, now)
  }

  /** A probe's answer that says outright that it is down. */
  down(reason: string, now: number, name: string): void {
    this.#signal(name).force('inactive', reason)
    this.#settle(reason, now)
  }

  /** Out until then, whatever probes say; the later of two ends of the same kind holds. */
  hold(kind: HoldKind, reason: string, until: number, now: number): void {
    const same = this.#holds.find((each) => each.kind === kind)
    if (same !== undefined && same.until >= until) return
    this.#holds = [...this.#holds.filter((each) => each !== same), { kind, reason, until }]
    this.#settle(reason, now)
  }

  /** Ends a hold before its time. */
  release(kind: HoldKind, reason: string, now: number): void {
    this.#holds = this.#holds.filter((each) => each.kind !== kind)
    this.#settle(reason, now)
  }

  /** At once, whatever was counted and held: an operator's or a route's word. */
  force(state: HealthState, reason: string, now: number): void {
    this.#holds = []
    this.#downs = []
    for (const signal of this.#signals) signal.force(state, reason)
    this.#settle(reason, now, true)
  }

  /** Ends what is over by now. */
  expire(now: number): void {
    const over = this.#holds.filter(({ until }) => until <= now)
    this.#holds = this.#holds.filter(({ until }) => until > now)
    for (const signal of this.#signals) signal.expire(now)
    this.#settle(over.length > 0 ? over.map(endOf).join(', ') : 'was busy long enough', now)
  }

  /** Signals of kinds of probing that are no more have no say. */
  keepOnly(names: ReadonlySet<string>, now: number): void {
    for (let at = this.#signals.length - 1; at >= 0; at--) {
      const { name } = this.#signals[at]!
      if (name !== sipSignal && !names.has(name)) this.#signals.splice(at, 1)
    }
    this.#settle('is no longer probed so', now)
  }

  news(now: number): HealthNews {
    return {
      signals: this.#signals.map((signal) => signal.news(now)),
      holds: this.#holds.map(({ kind, reason, until }) => ({ kind, reason, forMs: until - now })),
      said: this.#said,
    }
  }

  /** How it is in another worker. */
  adopt({ signals, holds, said }: HealthNews, reason: string, now: number): void {
    for (const each of signals) this.#signal(each.name).adopt(each, now)
    this.#holds = holds.map(({ forMs, ...each }) => ({ ...each, until: now + forMs }))
    this.#settle(reason, now, said, false)
  }

  #signal(name: string): Signal {
    let signal = this.#signals.find((each) => each.name === name)
    if (signal === undefined) {
      signal = new Signal(name, 'active', 'not asked yet')
      this.#signals.push(signal)
    }
    return signal
  }

  /** `cause` brought this about: somebody's word, or what was found. `own` = not found by another worker. */
  #settle(cause: string, now: number, said = false, own = true): void {
    let percent = 100
    for (const signal of this.#signals) percent = Math.min(percent, signal.percent)
    if (percent !== this.#percent) {
      this.#percent = percent
      usabilityChanged()
    }
    const { state, reason } = this.#worst(cause)
    if (state === this.#state) {
      if (state !== 'active') this.#reason = reason
      if (said) this.#say(said)
      return
    }
    this.#say(said)
    const took = this.takesRequests
    this.#state = state
    this.#since = now
    this.#reason = reason
    this.#history.push({ state, reason, at: now })
    if (this.#history.length > longestHistory) this.#history.shift()
    if (this.takesRequests !== took || state === 'inactive') usabilityChanged()
    if (state === 'inactive' && own && !said && this.#holds.length === 0) this.#wentDown(now)
  }

  #say(said: boolean): void {
    if (said !== this.#said) usabilityChanged()
    this.#said = said
  }

  #wentDown(now: number): void {
    const { flaps, withinMs, holdMs } = this.damping
    if (flaps === 0) return
    this.#downs = [...this.#downs.filter((at) => now - at < withinMs), now]
    if (this.#downs.length < flaps) return
    this.#downs = []
    const often = `went down ${flaps} times within ${withinMs / 1_000} s`
    this.hold('held', `held down for ${holdMs / 1_000} s: ${often}`, now + holdMs, now)
  }

  #worst(cause: string): { readonly state: HealthState; readonly reason: string } {
    let worst = { state: 'active' as HealthState, reason: cause }
    for (const { kind, reason } of this.#holds) {
      const state = kind === 'busy' ? 'busy' : 'inactive'
      if (severity[state] > severity[worst.state]) worst = { state, reason }
    }
    for (const { name, state, reason } of this.#signals) {
      if (severity[state] <= severity[worst.state]) continue
      worst = { state, reason: name === sipSignal ? reason : `${name}: ${reason}` }
    }
    return worst
  }
}

interface Hold {
  readonly kind: HoldKind
  readonly reason: string
  readonly until: number
}

const severity: Readonly<Record<HealthState, number>> = {
  active: 0,
  trying: 1,
  busy: 2,
  inactive: 3,
}

function endOf({ kind }: Hold): string {
  switch (kind) {
    case 'busy':
      return 'its Retry-After is over'
    case 'ejected':
      return 'its ejection is over'
    case 'held':
      return 'was held down long enough'
  }
}
