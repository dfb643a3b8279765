/**
 * The response context of §16.2: all branches of one proxied request. RFC 3261 §16.7–§16.10. It knows nothing of
 * sockets, names or handlers: inputs are method calls, and what is to be done is returned.
 */
import { type SipRequest, type SipResponse } from '../message/message.js'
import { type Timed } from '../transaction/deadlines.js'
import { type Target, type TargetSource } from './target.js'

export interface RelayOptions {
  /** A target that has not sent a single response (not even 100) for so long is given up; the next may be tried. Default: Timer B or F. */
  readonly timeoutMs?: number
  /** Timer C of this request: how long a target may ring. §16.6 step 11 */
  readonly ringMs?: number
  /** The whole of all attempts: then 408, although targets remain. */
  readonly deadlineMs?: number
  /** Targets tried at most. */
  readonly maxAttempts?: number
}

/** Why a branch failed: it answered so, or we answer for it. */
export type FailureCause = 'response' | 'no-response' | 'transport-error'

/** One attempt. §16.6 */
export interface Branch {
  readonly index: number
  readonly target: Target
  /** trying: nothing heard · proceeding: a provisional came · ended: final, given up or failed. */
  readonly state: 'trying' | 'proceeding' | 'ended'
  /** The final answer: the target's own, or the 408 or 503 that stands for it. */
  readonly response: SipResponse | undefined
  readonly cause: FailureCause | undefined
  /** What the shell hangs on it: the copy that left and its client transaction. */
  user: unknown
}

/** How a handler wants to go on after a branch failed. */
export type FailureDecision =
  /** Try the next target of the source that is in use. After a 6xx or a CANCEL there is none. §16.7 step 5 */
  | { readonly kind: 'next' }
  | { readonly kind: 'relay'; readonly source: TargetSource; readonly options: RelayOptions }
  | { readonly kind: 'fork'; readonly targets: readonly Target[]; readonly options: RelayOptions }
  /** This failure counts: the best response goes to the caller when no branch is left. */
  | { readonly kind: 'forward' }
  /** Answer with this instead, cancel what is pending. */
  | { readonly kind: 'reply'; readonly response: SipResponse }

export type ProxyEffect =
  /** Send a copy to the branch's target. §16.6 */
  | { readonly kind: 'try'; readonly branch: Branch }
  /** CANCEL this branch: it has had a provisional and no final response. §9.1, §16.10 */
  | { readonly kind: 'cancel'; readonly branch: Branch }
  /** Stop resending on this branch; a late answer still counts. */
  | { readonly kind: 'abandon'; readonly branch: Branch }
  /** Ask the handler (`decide` carries its answer back). Never for a call that was cancelled. */
  | { readonly kind: 'failed'; readonly branch: Branch }
  /** Pass this to the caller. `branch` is undefined for answers made here. */
  | {
      readonly kind: 'respond'
      readonly response: SipResponse
      readonly branch: Branch | undefined
    }
  /** A non-INVITE that nobody answered gets no answer. RFC 4320 §4.2 */
  | { readonly kind: 'silence' }
  /** Every branch has ended and the caller has the final answer. */
  | { readonly kind: 'done' }

export declare class ProxyContext implements Timed {
  dueAt: number
  place: number
  /** `ringMs` and `linger` are Timer C and 64·T1. */
  constructor(
    request: SipRequest,
    timers: { readonly ringTimeout: number; readonly linger: number },
  )
  readonly request: SipRequest
  readonly branches: readonly Branch[]
  readonly cancelled: boolean
  /** A final response has gone to the caller. */
  readonly answered: boolean
  /** The best final response so far. §16.7 step 6 */
  readonly best: SipResponse | undefined
  /** Tries the source's targets one after the other. An empty source: 503 by the caller of this method. */
  relay(source: TargetSource, options: RelayOptions, now: number): ProxyEffect[]
  /** Tries all at once. */
  fork(targets: readonly Target[], options: RelayOptions, now: number): ProxyEffect[]
  /** A response of this branch, our Via already removed. §16.7 */
  received(branch: Branch, response: SipResponse, now: number): ProxyEffect[]
  /** Timer B or F, or the transport failed: as 408 or 503. §16.8, §16.9 */
  failed(branch: Branch, cause: 'no-response' | 'transport-error', now: number): ProxyEffect[]
  decide(branch: Branch, decision: FailureDecision, now: number): ProxyEffect[]
  /** The caller hung up. §16.10 */
  cancel(now: number): ProxyEffect[]
  /** The queue yielded this context: no-response timers, Timer C, deadline. `nextDeadline` says when again. */
  runTimers(now: number): ProxyEffect[]
  readonly nextDeadline: number
}
