/**
 * How many requests may be on a second destination at once. When everybody answers 503 each request would otherwise be sent as
 * often as there are destinations, by an edge that is the only one who could know better. What has been heard of is no
 * part of a storm: an attempt counts until its destination says anything at all, be it 100.
 */
import {
  contextKey,
  type AttemptContext,
  type Branch,
  type BranchContext,
  type DoneContext,
} from '@sipwright/framework'
import { Destination } from '../destination.js'

export interface RetryBudgetFigures {
  /** Of the requests that wait for their final answer. */
  readonly percent: number
  /** So many always may. */
  readonly min: number
}

/** One request on its way: which of its attempts come after a failure. */
interface Walk {
  failed: boolean
}

const walk = contextKey<Walk>('dispatcher.retryBudget')

export class RetryBudget {
  readonly #figures: RetryBudgetFigures
  /** Requests without final answer. */
  #active = 0
  /** Attempts after a first one that nothing has been heard of; some of them may have been heard of by now. */
  readonly #retries = new Set<Branch>()

  constructor(figures: RetryBudgetFigures) {
    this.#figures = figures
  }

  /** Whether one more request may go to a further destination now. */
  get allowsAnother(): boolean {
    const { percent, min } = this.#figures
    const limit = Math.max(min, (this.#active * percent) / 100)
    if (this.#retries.size + 1 <= limit) return true
    for (const branch of this.#retries) {
      if (branch.state !== 'trying') this.#retries.delete(branch)
    }
    return this.#retries.size + 1 <= limit
  }

  /** A copy of a request is about to leave. */
  forwarded(ctx: BranchContext): void {
    const { branch } = ctx
    if (branch === undefined || !(branch.target.origin instanceof Destination)) return
    const known = ctx.peek(walk)
    if (known === undefined) {
      this.#active++
      ctx.set(walk, { failed: false })
    } else if (known.failed) this.#retries.add(branch)
  }

  /** What is sent from now on is sent because this attempt failed. */
  failed(ctx: AttemptContext): void {
    const known = ctx.peek(walk)
    if (known !== undefined) known.failed = true
    this.#retries.delete(ctx.branch)
  }

  /** A request is over. */
  done(ctx: DoneContext): void {
    if (ctx.peek(walk) === undefined) return
    this.#active--
    for (const branch of ctx.branches) this.#retries.delete(branch)
  }
}
