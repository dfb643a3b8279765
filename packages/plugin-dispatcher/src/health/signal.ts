/**
 * What one kind of asking has found about one destination: active → trying → inactive → active by consecutive results, as
 * Kamailio's dispatcher counts them, and busy by the destination's own word. `Health` puts the signals together.
 */

/**
 * `trying` has failed lately and still gets requests; `inactive` gets none; `busy` answers, and has asked for no new
 * request for now.
 */
export type HealthState = 'active' | 'trying' | 'inactive' | 'busy'

export interface HealthPolicy {
  /** Consecutive failures until inactive. */
  readonly threshold: number
  /** Consecutive successes until an inactive or busy one is active. */
  readonly recover: number
}

/** A signal as one worker tells it to another. */
export interface SignalNews {
  readonly name: string
  readonly state: HealthState
  readonly reason: string
  readonly percent: number
  /** Milliseconds until it is busy no more by itself. */
  readonly busyForMs: number
}

export class Signal {
  readonly name: string
  #state: HealthState
  #reason: string
  #percent = 100
  #busyUntil = Infinity
  #failures = 0
  #successes = 0

  constructor(name: string, state: HealthState, reason: string) {
    this.name = name
    this.#state = state
    this.#reason = reason
  }

  get state(): HealthState {
    return this.#state
  }

  /** What brought it into its state. */
  get reason(): string {
    return this.#reason
  }

  /** The part of its weight that the destination says it can bear, 0 to 100. */
  get percent(): number {
    return this.#percent
  }

  /** When a busy one is taken for active without another word. */
  get dueAt(): number {
    return this.#state === 'busy' ? this.#busyUntil : Infinity
  }

  succeeded(reason: string, policy: HealthPolicy, percent = 100): void {
    this.#percent = percent
    this.#failures = 0
    const out = this.#state === 'inactive' || this.#state === 'busy'
    if (!out || ++this.#successes >= policy.recover) this.force('active', reason)
  }

  failed(reason: string, policy: HealthPolicy): void {
    this.#successes = 0
    if (this.#state === 'inactive') return
    if (++this.#failures >= policy.threshold) this.force('inactive', reason)
    else if (this.#state === 'active') this.#enter('trying', reason)
  }

  /** It has asked for no new request. Its next answers may say otherwise; `until` ends it in any case. */
  busy(reason: string, until: number): void {
    this.force('busy', reason)
    this.#busyUntil = until
  }

  /** At once, whatever was counted. */
  force(state: HealthState, reason: string): void {
    this.#failures = 0
    this.#successes = 0
    this.#busyUntil = Infinity
    this.#enter(state, reason)
  }

  /** Ends what is over by now. */
  expire(now: number): void {
    if (this.dueAt <= now) this.force('active', 'was busy long enough')
  }

  news(now: number): SignalNews {
    const busyForMs = this.#state === 'busy' ? Math.max(0, this.#busyUntil - now) : 0
    const { name } = this
    return { name, state: this.#state, reason: this.#reason, percent: this.#percent, busyForMs }
  }

  adopt({ state, reason, percent, busyForMs }: SignalNews, now: number): void {
    if (state === 'busy') this.busy(reason, now + busyForMs)
    else if (state !== this.#state) this.force(state, reason)
    this.#percent = percent
  }

  #enter(state: HealthState, reason: string): void {
    if (state !== this.#state || state === 'busy') this.#reason = reason
    this.#state = state
  }
}
