/** One branch of a proxied request as the response context keeps it. RFC 3261 §16.6, §16.7 */
import { type SipResponse } from '../message/message.js'
import { type Branch, type FailureCause, type RelayOptions } from './proxy-context.js'
import { type Target, type TargetSource } from './target.js'

/** What one `relay` or `fork` goes through: its failures go on with its own targets, under its own options. */
export interface Walk {
  /** Undefined for a fork, whose targets have all been tried at once. */
  readonly source: TargetSource | undefined
  readonly options: RelayOptions
  attempts: number
}

export class Attempt implements Branch {
  readonly index: number
  readonly target: Target
  readonly breadth: number
  walk: Walk
  triedAt = 0
  state: Branch['state'] = 'trying'
  response: SipResponse | undefined = undefined
  cause: FailureCause | undefined = undefined
  user: unknown = undefined
  /**
   * trying: when the silence is over · proceeding: Timer C · after our CANCEL: when its final answer is overdue.
   * Infinity where a transaction's own timer decides.
   */
  dueAt = Infinity
  /** The response is the target's own, not a 408 or 503 that stands for it. */
  spoke = false
  /** We gave it up without a final answer; what it says later still counts. */
  abandoned = false
  /** Someone else has decided the request: CANCEL as soon as that is allowed, and ask no handler. */
  unwanted = false
  cancelSent = false
  /** A handler has been asked and has not decided. */
  undecided = false

  constructor(index: number, target: Target, walk: Walk, breadth: number) {
    this.index = index
    this.target = target
    this.walk = walk
    this.breadth = breadth
  }
}
