/**
 * Whether one destination answers: active → trying → inactive → active, by consecutive results, as Kamailio's
 * dispatcher counts them. What an operator wants of it is another matter: `AdminState` in destination.ts.
 */

import { usabilityChanged } from './usability.js'

/** `trying` has failed lately and still gets requests; `inactive` gets none. */
export type HealthState = 'active' | 'trying' | 'inactive'

export interface HealthPolicy {
  /** Consecutive failures until inactive. */
  readonly threshold: number
  /** Consecutive successes until an inactive one is active. */
  readonly recover: number
}

export class Health {
  /** Replaced when a reload brings another one. */
  policy: HealthPolicy
  #state: HealthState
  #since: number
  #reason: string
  /** Consecutive failures while active or trying, consecutive successes while inactive. */
  #consecutive = 0

  constructor(policy: HealthPolicy, state: HealthState, reason: string, now: number) {
    this.policy = policy
    this.#state = state
    this.#since = now
    this.#reason = reason
  }

  get state(): HealthState {
    return this.#state
  }

  /** When it entered its state, in milliseconds of the app's clock. */
  get since(): number {
    return this.#since
  }

  /** What brought it into its state: `answered 503`, `no answer within 2000 ms`. */
  get reason(): string {
    return this.#reason
  }

  succeeded(reason: string, now: number): void {
    if (this.#state !== 'inactive') this.force('active', reason, now)
    else if (++this.#consecutive >= this.policy.recover) this.force('active', reason, now)
  }

  failed(reason: string, now: number): void {
    if (this.#state === 'inactive') {
      this.#consecutive = 0
    } else if (++this.#consecutive >= this.policy.threshold) {
      this.force('inactive', reason, now)
    } else if (this.#state === 'active') {
      this.#enter('trying', reason, now)
    }
  }

  /** At once, whatever was counted: an operator's or a route's word. */
  force(state: HealthState, reason: string, now: number): void {
    this.#consecutive = 0
    this.#enter(state, reason, now)
  }

  #enter(state: HealthState, reason: string, now: number): void {
    if (state === this.#state) return
    if (state === 'inactive' || this.#state === 'inactive') usabilityChanged()
    this.#state = state
    this.#since = now
    this.#reason = reason
  }
}
