/**
 * The response context of §16.2: all branches of one proxied request. RFC 3261 §16.7–§16.10. It knows nothing of
 * sockets, names or handlers: inputs are method calls, and what is to be done is returned.
 *
 * A branch tries, then proceeds, then has ended: by its own final response, by the 408 or 503 that stands for it, or
 * because it was given up. A request is settled when every branch has ended and no handler is still thinking
 * about one; then the best response goes to the caller. A 2xx, a reply and the deadline settle it before that.
 */
import { responseTo, type SipRequest, type SipResponse } from '../message/message.js'
import { type Timed } from '../transaction/deadlines.js'
import { Attempt, type Walk } from './attempt.js'
import { chooseBest, preferredResponse } from './best-response.js'
import { incomingBreadth, shareBreadth } from './breadth.js'
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

/**
 * Why a branch failed: it answered so, or we answer for it. A target that rang until Timer C and did not even answer
 * our CANCEL has been heard: its cause is `response`, though the 408 is ours (§9.1).
 */
export type FailureCause = 'response' | 'no-response' | 'transport-error'

/** One attempt. §16.6 */
export interface Branch {
  readonly index: number
  readonly target: Target
  /** The share of Max-Breadth that its copy carries. RFC 5393 §5.3.3 */
  readonly breadth: number
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
  /** Pass this to the caller. `branch` is undefined for answers made here: they have no To tag yet. */
  | {
      readonly kind: 'respond'
      readonly response: SipResponse
      readonly branch: Branch | undefined
    }
  /** A non-INVITE that nobody answered gets no answer. RFC 4320 §4.2 */
  | { readonly kind: 'silence' }
  /** Every branch has ended and the caller has the final answer. Late answers may still come. */
  | { readonly kind: 'done' }

/** Who keeps the request that is proxied. When all is over it may rest until somebody asks for it. */
export interface Origin {
  readonly request: SipRequest
}

const noAttempts: Attempt[] = []
const endedWalk: Walk = { source: undefined, options: {}, attempts: Infinity }

export class ProxyContext implements Timed {
  dueAt = Infinity
  place = -1
  readonly #origin: Origin
  readonly #timers: { readonly ringTimeout: number; readonly linger: number }
  readonly #isInvite: boolean
  #attempts: Attempt[] = noAttempts
  #cancelled = false
  /** A 6xx came: the callee wants no call, so nobody else is tried. §16.7 step 5 */
  #declined = false
  #answered = false
  #done = false
  /** When all attempts together are out of time. */
  #deadlineAt = Infinity
  /** What `best` returned, as long as no branch has ended since. */
  #best: SipResponse | undefined = undefined

  /** `ringTimeout` and `linger` are Timer C and 64·T1. */
  constructor(origin: Origin, timers: { readonly ringTimeout: number; readonly linger: number }) {
    this.#origin = origin
    this.#timers = timers
    this.#isInvite = origin.request.method === 'INVITE'
  }

  get branches(): readonly Branch[] {
    return this.#attempts
  }

  get cancelled(): boolean {
    return this.#cancelled
  }

  /** A final response has gone to the caller, or it is settled that none will (`silence`). */
  get answered(): boolean {
    return this.#answered
  }

  /** The best final response so far, as it would go to the caller. §16.7 step 6 */
  get best(): SipResponse | undefined {
    if (this.#best === undefined) {
      const failures = this.#failures()
      if (failures.length > 0) this.#best = chooseBest(failures, this.#origin.request)
    }
    return this.#best
  }

  /**
   * Tries the source's targets one after the other. Nothing to do and no branch: the source was empty, and the
   * caller of this method answers (503); or the call was cancelled, and has been answered.
   */
  relay(source: TargetSource, options: RelayOptions, now: number): ProxyEffect[] {
    const effects: ProxyEffect[] = []
    if (this.#mayTry()) this.#tryNext(this.#startWalk(source, options, now), now, effects)
    return effects
  }

  /** Tries all at once; as `relay` when there are none. More than Max-Breadth allows: 440 (RFC 5393 §5.3.3). */
  fork(targets: readonly Target[], options: RelayOptions, now: number): ProxyEffect[] {
    const effects: ProxyEffect[] = []
    if (this.#mayTry() && !this.#tryAll(targets, options, now, effects)) {
      this.#answer(this.#made(440), undefined, effects)
      this.#settle(effects)
    }
    return effects
  }

  /**
   * The shell is about to send this branch, or to send it again to the next server of the same target (RFC 3263
   * §4.3), after a while of its own such as a name lookup. True: go on; the branch starts anew, with nothing heard.
   * False: its answer is no longer wanted; unless it has ended, tell so by `failed`.
   */
  restart(branch: Branch, now: number): boolean {
    const attempt = this.#attempts[branch.index]!
    if (!this.#mayTry() || attempt.state === 'ended' || attempt.cancelSent) return false
    this.#start(attempt, now)
    return true
  }

  /** A response of this branch, our Via already removed. §16.7 */
  received(branch: Branch, response: SipResponse, now: number): ProxyEffect[] {
    const attempt = this.#attempts[branch.index]!
    const effects: ProxyEffect[] = []
    if (response.status < 200) this.#provisional(attempt, response, now, effects)
    else if (response.status < 300) this.#accepted(attempt, response, now, effects)
    else this.#refused(attempt, response, now, effects)
    return effects
  }

  /** Timer B or F, or the transport failed: as 408 or 503. §16.8, §16.9 */
  failed(branch: Branch, cause: 'no-response' | 'transport-error', _now: number): ProxyEffect[] {
    const attempt = this.#attempts[branch.index]!
    const effects: ProxyEffect[] = []
    if (attempt.state === 'ended') return effects
    this.#fail(attempt, cause === 'no-response' ? 408 : 503, cause, effects)
    this.#settle(effects)
    return effects
  }

  /**
   * The handler's answer to a `failed` effect, at once or later. Until then nothing final goes to the caller, unless
   * he hangs up. Once the request is decided, only a reply that comes before the final answer has an effect.
   */
  decide(branch: Branch, decision: FailureDecision, now: number): ProxyEffect[] {
    const attempt = this.#attempts[branch.index]!
    const effects: ProxyEffect[] = []
    if (!attempt.undecided) return effects
    attempt.undecided = false
    if (decision.kind === 'reply') {
      if (!this.#answered) {
        this.#answer(decision.response, undefined, effects)
        this.#cancelPending(now, effects)
      }
    } else if (this.#mayTry()) {
      this.#goOn(attempt, decision, now, effects)
    }
    this.#settle(effects)
    return effects
  }

  /** The caller hung up: no target is tried any more, what is pending is cancelled. Only for INVITE. §16.10 */
  cancel(now: number): ProxyEffect[] {
    const effects: ProxyEffect[] = []
    if (!this.#isInvite || this.#cancelled || this.#answered) return effects
    this.#cancelled = true
    this.#cancelPending(now, effects)
    this.#settle(effects)
    return effects
  }

  /** The queue yielded this context: no-response timers, Timer C, deadline. `nextDeadline` says when again. */
  runTimers(now: number): ProxyEffect[] {
    const effects: ProxyEffect[] = []
    if (this.#deadlineAt <= now) this.#outOfTime(now, effects)
    for (const attempt of this.#attempts) {
      if (attempt.dueAt <= now) this.#expired(attempt, now, effects)
    }
    this.#settle(effects)
    return effects
  }

  /**
   * Everybody has been told the outcome (`done`): answers and untried targets are let go, while late 2xx may still
   * come for 64·T1.
   */
  rest(): void {
    this.#best = undefined
    for (const attempt of this.#attempts) {
      attempt.response = undefined
      attempt.walk = endedWalk
    }
  }

  /** Milliseconds; Infinity while nothing is waited for. */
  get nextDeadline(): number {
    let next = this.#deadlineAt
    for (const { dueAt } of this.#attempts) if (dueAt < next) next = dueAt
    return next
  }

  // Trying targets

  /** After a CANCEL, a 6xx or a final answer no branch is made. §16.7 step 5, §16.10 */
  #mayTry(): boolean {
    return !this.#cancelled && !this.#declined && !this.#answered
  }

  #goOn(
    failed: Attempt,
    decision: Exclude<FailureDecision, { kind: 'reply' }>,
    now: number,
    effects: ProxyEffect[],
  ): void {
    switch (decision.kind) {
      case 'next':
        this.#tryNext(failed.walk, now, effects)
        break
      case 'relay':
        this.#tryNext(this.#startWalk(decision.source, decision.options, now), now, effects)
        break
      case 'fork':
        this.#tryAll(decision.targets, decision.options, now, effects)
        break
      case 'forward':
        break
    }
  }

  /** A deadline given once holds for all that follows, until another is given. */
  #startWalk(source: TargetSource | undefined, options: RelayOptions, now: number): Walk {
    if (options.deadlineMs !== undefined) this.#deadlineAt = now + options.deadlineMs
    return { source, options, attempts: 0 }
  }

  /** The next target of a walk, alone. Nothing happens when there is none, or no Max-Breadth is left for it. */
  #tryNext(walk: Walk, now: number, effects: ProxyEffect[]): void {
    const { maxAttempts = Infinity } = walk.options
    if (walk.source === undefined || walk.attempts >= maxAttempts) return
    const breadth = this.#availableBreadth()
    if (breadth <= 0) return
    const target = walk.source.next()
    if (target !== undefined) this.#try(target, walk, breadth, now, effects)
  }

  /** False: Max-Breadth allows fewer branches than there are targets. */
  #tryAll(
    targets: readonly Target[],
    options: RelayOptions,
    now: number,
    effects: ProxyEffect[],
  ): boolean {
    const count = Math.min(targets.length, options.maxAttempts ?? Infinity)
    if (count === 0) return true
    const shares = shareBreadth(this.#availableBreadth(), count)
    if (shares === undefined) return false
    const walk = this.#startWalk(undefined, options, now)
    shares.forEach((breadth, index) => this.#try(targets[index]!, walk, breadth, now, effects))
    return true
  }

  #try(target: Target, walk: Walk, breadth: number, now: number, effects: ProxyEffect[]): void {
    walk.attempts += 1
    const attempt = new Attempt(this.#attempts.length, target, walk, breadth)
    this.#start(attempt, now)
    // Nearly every request has one attempt: an array of its own size, where the first push would make room for many.
    if (this.#attempts.length === 0) this.#attempts = [attempt]
    else this.#attempts.push(attempt)
    effects.push({ kind: 'try', branch: attempt })
  }

  #start(attempt: Attempt, now: number): void {
    const { timeoutMs = Infinity } = attempt.walk.options
    attempt.state = 'trying'
    attempt.triedAt = now
    // Silence ends a branch, and so does Timer C, which a non-INVITE has not. §16.6 step 11
    attempt.dueAt =
      now + (this.#isInvite ? Math.min(timeoutMs, this.#ringMs(attempt.walk)) : timeoutMs)
  }

  #ringMs(walk: Walk): number {
    return walk.options.ringMs ?? this.#timers.ringTimeout
  }

  /** What the request came with, less what open branches carry. RFC 5393 §5.3.3 */
  #availableBreadth(): number {
    let available = incomingBreadth(this.#origin.request) ?? 0
    for (const { state, breadth } of this.#attempts) if (state !== 'ended') available -= breadth
    return available
  }

  // What branches say

  #provisional(attempt: Attempt, response: SipResponse, now: number, effects: ProxyEffect[]): void {
    if (attempt.state === 'ended') {
      // A target that was given up has woken and must not ring on. Of others this is a straggler.
      if (attempt.abandoned) this.#sendCancel(attempt, now, effects)
      return
    }
    const first = attempt.state === 'trying'
    attempt.state = 'proceeding'
    if (attempt.unwanted || attempt.cancelSent) {
      this.#sendCancel(attempt, now, effects)
      return
    }
    if (!this.#isInvite) {
      // RFC 4320 §4.1 leaves a non-INVITE no provisional response that a proxy could pass on.
      attempt.dueAt = Infinity
      return
    }
    if (response.status > 100) {
      attempt.dueAt = now + this.#ringMs(attempt.walk)
      effects.push({ kind: 'respond', response, branch: attempt })
    } else if (first) {
      // A 100 ends the silence; Timer C has been running since the request left. §16.6 step 11, §16.7 step 2
      attempt.dueAt = attempt.triedAt + this.#ringMs(attempt.walk)
    }
  }

  /** Every 2xx to an INVITE goes to the caller, whatever was answered before. §16.7 step 5, RFC 6026 §7.2 */
  #accepted(attempt: Attempt, response: SipResponse, now: number, effects: ProxyEffect[]): void {
    this.#end(attempt, response, 'response')
    attempt.spoke = true
    if (this.#isInvite || !this.#answered) this.#answer(response, attempt, effects)
    this.#cancelPending(now, effects)
    this.#settle(effects)
  }

  #refused(attempt: Attempt, response: SipResponse, now: number, effects: ProxyEffect[]): void {
    // A target that was given up may still speak for itself; any other that has ended repeats itself.
    const late = attempt.state === 'ended'
    if (late && (attempt.spoke || !attempt.abandoned)) return
    this.#end(attempt, response, 'response')
    attempt.spoke = true
    if (response.status >= 600) {
      this.#declined = true
      this.#cancelPending(now, effects)
    }
    if (!late) this.#ask(attempt, effects)
    this.#settle(effects)
  }

  /** The branch ends without a final answer of its own: `status` stands for it. */
  #fail(attempt: Attempt, status: number, cause: FailureCause, effects: ProxyEffect[]): void {
    this.#end(attempt, this.#made(status), cause)
    this.#ask(attempt, effects)
  }

  #end(attempt: Attempt, response: SipResponse, cause: FailureCause): void {
    attempt.state = 'ended'
    attempt.response = response
    attempt.cause = cause
    attempt.dueAt = Infinity
    this.#best = undefined
  }

  /** A failure is the handler's to judge, unless the request was decided without it. */
  #ask(attempt: Attempt, effects: ProxyEffect[]): void {
    if (this.#cancelled || this.#answered || attempt.unwanted) return
    attempt.undecided = true
    effects.push({ kind: 'failed', branch: attempt })
  }

  // Giving up

  #expired(attempt: Attempt, now: number, effects: ProxyEffect[]): void {
    if (attempt.state === 'proceeding' && !attempt.cancelSent) {
      // Timer C: the CANCEL makes the target answer. §16.8
      this.#sendCancel(attempt, now, effects)
      return
    }
    const cause = attempt.state === 'trying' ? 'no-response' : 'response'
    this.#abandon(attempt, effects)
    this.#fail(attempt, 408, cause, effects)
  }

  /** The caller gets what there is now. A target that has not been heard yet is cancelled if it ever wakes. */
  #outOfTime(now: number, effects: ProxyEffect[]): void {
    this.#deadlineAt = Infinity
    if (this.#declined) this.#answerBest(effects)
    else if (this.#cancelled) this.#answerCancelled(effects)
    else this.#answer(this.#made(408), undefined, effects)
    this.#cancelPending(now, effects)
    for (const attempt of this.#attempts) {
      if (attempt.state === 'ended' || attempt.cancelSent) continue
      this.#abandon(attempt, effects)
      this.#fail(attempt, 408, 'no-response', effects)
    }
  }

  #abandon(attempt: Attempt, effects: ProxyEffect[]): void {
    attempt.abandoned = true
    effects.push({ kind: 'abandon', branch: attempt })
  }

  /** There is no CANCEL for anything but INVITE (§9.1): other branches run to their own end. */
  #cancelPending(now: number, effects: ProxyEffect[]): void {
    if (!this.#isInvite) return
    for (const attempt of this.#attempts) {
      if (attempt.state === 'ended') continue
      attempt.unwanted = true
      // Before a provisional response the CANCEL has to wait for one. §9.1
      if (attempt.state === 'proceeding') this.#sendCancel(attempt, now, effects)
    }
  }

  #sendCancel(attempt: Attempt, now: number, effects: ProxyEffect[]): void {
    if (attempt.cancelSent || !this.#isInvite) return
    attempt.cancelSent = true
    if (attempt.state !== 'ended') attempt.dueAt = now + this.#timers.linger
    effects.push({ kind: 'cancel', branch: attempt })
  }

  // Answering

  /** Answers and closes when nothing is open any more. */
  #settle(effects: ProxyEffect[]): void {
    if (this.#done) return
    const decided = this.#answered || this.#cancelled
    for (const { state, undecided } of this.#attempts) {
      if (state !== 'ended' || (undecided && !decided)) return
    }
    if (!this.#answered) {
      if (this.#cancelled && !this.#declined) this.#answerCancelled(effects)
      else this.#answerBest(effects)
    }
    this.#done = true
    effects.push({ kind: 'done' })
  }

  #answerBest(effects: ProxyEffect[]): void {
    const { best } = this
    if (best === undefined) return
    const chosen = preferredResponse(this.#failures())
    const author = this.#attempts.find(({ response, spoke }) => spoke && response === chosen)
    // The 500 that replaces a 503 is made here; a 401 with the challenges of others is still its author's.
    this.#answer(best, best.status === chosen.status ? author : undefined, effects)
  }

  /** §9.2, §16.10: the 487 of a branch if there is one. */
  #answerCancelled(effects: ProxyEffect[]): void {
    const author = this.#attempts.find(({ response, spoke }) => spoke && response?.status === 487)
    this.#answer(author?.response ?? this.#made(487), author, effects)
  }

  /** A 408 never answers a non-INVITE: its caller's transaction has timed out as well. RFC 4320 §4.2 */
  #answer(response: SipResponse, branch: Branch | undefined, effects: ProxyEffect[]): void {
    this.#answered = true
    this.#deadlineAt = Infinity
    if (response.status === 408 && !this.#isInvite) effects.push({ kind: 'silence' })
    else effects.push({ kind: 'respond', response, branch })
  }

  /** Final failures in the order of their branches. For a non-INVITE a 408 counts only when there is nothing else. */
  #failures(): readonly SipResponse[] {
    const all: SipResponse[] = []
    for (const { response } of this.#attempts) {
      if (response !== undefined && response.status >= 300) all.push(response)
    }
    if (this.#isInvite) return all
    const sendable = all.filter(({ status }) => status !== 408)
    return sendable.length > 0 ? sendable : all
  }

  #made(status: number): SipResponse {
    return responseTo(this.#origin.request, status)
  }
}
