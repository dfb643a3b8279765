/** Drives the proxy context of one request: runs its effects, brings it what happens, asks the failure handler. */
import { SipError } from '../errors.js'
import { type SipResponse } from '../message/message.js'
import { type ReplyHeaders, type FailureContext, type TargetLike } from '../plugin/context.js'
import { handled, type Handled } from '../plugin/handled.js'
import { isPromise } from '../plugin/pipeline.js'
import {
  type Branch,
  type FailureDecision,
  ProxyContext,
  type ProxyEffect,
  type RelayOptions,
} from '../proxy/proxy-context.js'
import { type Target, type TargetSource } from '../proxy/target.js'
import { BranchAttempt } from './branch-attempt.js'
import { AttemptView } from './contexts.js'
import { type Waiting } from './endpoint.js'
import { asTarget, drained, type IncomingRequest, targetSource } from './incoming-request.js'

export class Proxying implements Waiting {
  dueAt = Infinity
  place = -1
  readonly incoming: IncomingRequest
  readonly #context: ProxyContext
  #trying = false

  constructor(incoming: IncomingRequest) {
    this.incoming = incoming
    this.#context = new ProxyContext(incoming, incoming.endpoint.timers)
  }

  get branches(): readonly Branch[] {
    return this.#context.branches
  }

  /** What would go to the caller now. */
  get best(): SipResponse | undefined {
    return this.#context.best
  }

  relay(source: TargetSource, options: RelayOptions): void {
    this.#run(this.#context.relay(source, options, this.incoming.now))
    this.#answerIfNobodyToTry()
  }

  fork(targets: readonly Target[], options: RelayOptions): void {
    this.#run(this.#context.fork(targets, options, this.incoming.now))
    this.#answerIfNobodyToTry()
  }

  cancel(): void {
    this.#run(this.#context.cancel(this.incoming.now))
  }

  received(branch: Branch, response: SipResponse, now: number): void {
    this.#run(this.#context.received(branch, response, now))
  }

  failed(branch: Branch, cause: 'no-response' | 'transport-error', now: number): void {
    this.#run(this.#context.failed(branch, cause, now))
  }

  /** Whether the branch may be sent, or sent again to the next server of its target. */
  restart(branch: Branch): boolean {
    return this.#context.restart(branch, this.incoming.now)
  }

  decide(branch: Branch, decision: FailureDecision): void {
    this.#run(this.#context.decide(branch, decision, this.incoming.now))
  }

  wakeUp(now: number): void {
    this.#run(this.#context.runTimers(now))
  }

  #run(effects: readonly ProxyEffect[]): void {
    for (const effect of effects) this.#perform(effect)
    this.incoming.endpoint.wake(this, this.#context.nextDeadline)
  }

  #perform(effect: ProxyEffect): void {
    switch (effect.kind) {
      case 'try':
        this.#try(effect.branch)
        break
      case 'cancel':
        attemptOf(effect.branch).cancel()
        break
      case 'abandon':
        attemptOf(effect.branch).abandon()
        break
      case 'failed':
        this.#ask(effect.branch)
        break
      case 'respond':
        this.incoming.answer(effect.response, effect.branch)
        break
      case 'silence': {
        const { endpoint, transaction } = this.incoming
        endpoint.run(endpoint.layer.drop(transaction, endpoint.now()))
        break
      }
      case 'done':
        this.incoming.finish()
        for (const branch of this.branches) attemptOf(branch).forget()
        this.#context.rest()
        break
    }
  }

  #try(branch: Branch): void {
    const { incoming } = this
    if (!this.#trying && incoming.request.method === 'INVITE') {
      // The caller stops resending while we look for somebody who answers. RFC 3261 §17.2.1
      incoming.answer(incoming.responseWith(100), undefined)
    }
    this.#trying = true
    const attempt = new BranchAttempt(this, branch)
    branch.user = attempt
    attempt.start()
  }

  /** No destination was usable. No Retry-After: it would make the caller avoid all of us. RFC 3261 §21.5.4 */
  #answerIfNobodyToTry(): void {
    if (this.branches.length > 0 || this.#context.answered || this.#context.cancelled) return
    this.incoming.answer(this.incoming.responseWith(503), undefined)
    this.incoming.finish()
  }

  #ask(branch: Branch): void {
    const { endpoint, route } = this.incoming
    const { error } = attemptOf(branch)
    if (endpoint.hooks.failure.length > 0) {
      const view = new AttemptView(this.incoming, branch, error)
      for (const hook of endpoint.hooks.failure) endpoint.guard(hook, view)
    }
    if (route?.failure === undefined) {
      this.decide(branch, { kind: isWorthAnotherTarget(branch) ? 'next' : 'forward' })
      return
    }
    const failure = new Failure(this, branch, error)
    try {
      failure.conclude(route.failure(failure))
    } catch (thrown) {
      failure.crash(thrown)
    }
  }
}

/** What a relay does without a failure handler: the next target when this one cannot serve. RFC 3263 §4.3 */
function isWorthAnotherTarget(branch: Branch): boolean {
  return branch.cause !== 'response' || branch.response?.status === 503
}

/** What carries a branch out. */
export function attemptOf(branch: Branch): BranchAttempt {
  return branch.user as BranchAttempt
}

/** One failed attempt before its handler. */
class Failure extends AttemptView implements FailureContext, Waiting {
  dueAt = Infinity
  place = -1
  readonly #proxying: Proxying
  #decided = false

  constructor(proxying: Proxying, branch: Branch, error: SipError | undefined) {
    super(proxying.incoming, branch, error)
    this.#proxying = proxying
  }

  get best(): SipResponse {
    return this.#proxying.best!
  }

  get signal(): AbortSignal {
    return this.#proxying.incoming.signal
  }

  relayNext(): Handled {
    return this.#decide({ kind: 'next' })
  }

  forward(): Handled {
    return this.#decide({ kind: 'forward' })
  }

  relay(
    targets: TargetLike | readonly TargetLike[] | TargetSource,
    options?: RelayOptions,
  ): Handled {
    const source = targetSource(targets)
    return source.atOnce === true
      ? this.#decide({ kind: 'fork', targets: drained(source), options: options ?? {} })
      : this.#decide({ kind: 'relay', source, options: options ?? {} })
  }

  fork(targets: readonly TargetLike[], options?: RelayOptions): Handled {
    return this.#decide({ kind: 'fork', targets: targets.map(asTarget), options: options ?? {} })
  }

  reply(status: number, headers?: ReplyHeaders): Handled {
    if (!Number.isInteger(status) || status < 300 || status > 699) {
      throw new SipError('SIPW_ERR_REPLY_STATUS', [status, '300 to 699'])
    }
    return this.#decide({
      kind: 'reply',
      response: this.#proxying.incoming.responseWith(status, headers),
    })
  }

  /** The caller has been told to wait (100): silence would leave him waiting, so the best answer goes. */
  drop(): Handled {
    return this.#decide({ kind: 'forward' })
  }

  conclude(outcome: Handled | Promise<Handled> | undefined): void {
    if (isPromise(outcome)) this.#proxying.incoming.endpoint.awaitHandler(this, outcome)
    else this.concluded(outcome)
  }

  concluded(outcome: Handled | undefined): void {
    this.#proxying.incoming.endpoint.wake(this, Infinity)
    if (outcome === undefined && !this.#decided) this.crash(new SipError('SIPW_ERR_NOT_HANDLED'))
  }

  crash(error: unknown): void {
    const { endpoint, request } = this.#proxying.incoming
    endpoint.wake(this, Infinity)
    const { callId, method } = request
    endpoint.log.error({ err: error, callId, method }, 'a failure handler failed')
    if (!this.#decided) this.reply(500)
  }

  wakeUp(): void {
    const { handlerTimeoutMs } = this.#proxying.incoming.endpoint
    if (!this.#decided) this.crash(new SipError('SIPW_ERR_HANDLER_TIMEOUT', [handlerTimeoutMs]))
  }

  #decide(decision: FailureDecision): Handled {
    if (this.#decided) throw new SipError('SIPW_ERR_ALREADY_HANDLED')
    this.#decided = true
    this.#proxying.decide(this.branch, decision)
    return handled
  }
}
