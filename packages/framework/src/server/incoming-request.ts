/**
 * One request that came in, as its handlers see it: the RequestContext. It acts at once: `reply` has answered and
 * `relay` has sent when they return.
 */
import { SipError } from '../errors.js'
import { type Hop } from '../message/flow.js'
import { responseTo, type SipRequest, type SipResponse } from '../message/message.js'
import { isSipUri } from '../message/uri.js'
import { type ReplyHeaders, type RequestContext, type TargetLike } from '../plugin/context.js'
import { handled, type Handled, type MaybeHandled } from '../plugin/handled.js'
import { isPromise } from '../plugin/pipeline.js'
import { type Branch, type RelayOptions } from '../proxy/proxy-context.js'
import { type Target, type TargetSource } from '../proxy/target.js'
import { type ServerTransaction } from '../transaction/layer.js'
import { type Listener } from '../transport/transport.js'
import { CancelView, DoneView, ReplyView } from './contexts.js'
import { departBack } from './crossing.js'
import { type Endpoint, type Waiting } from './endpoint.js'
import { attemptOf, Proxying } from './proxying.js'
import { ReceivedRequest } from './received-request.js'
import { type Route } from './route-table.js'

export class IncomingRequest extends ReceivedRequest implements RequestContext, Waiting {
  dueAt = Infinity
  place = -1
  readonly transaction: ServerTransaction
  /** Its part in the branches that leave, so that a loop is recognised. RFC 3261 §16.6 step 8 */
  readonly loopKey: string
  /** Size as it came: whether a copy may outgrow a datagram. */
  readonly bytes: number
  /** Who handles it; undefined inside a dialog. */
  route: Route | undefined = undefined
  /** Where it goes is its sender's to say, and only where its zone may have us send. */
  isBound = false
  /** It goes where it says, for a boundary knows the place. */
  addressed = false
  /** The connection that the other side of its dialog has come by. */
  flowHop: Hop | undefined = undefined
  /** The listener that the dialog's route set has it leave by. */
  routed: Listener | undefined = undefined
  /** A handler has decided: replied, relayed or dropped. */
  #handled = false
  #cancelled = false
  #done = false
  #status: number | undefined = undefined
  #abort: AbortController | undefined = undefined
  #proxying: Proxying | undefined = undefined
  #localTag: string | undefined = undefined

  constructor(
    endpoint: Endpoint,
    transaction: ServerTransaction,
    request: SipRequest,
    loopKey: string,
    bytes: number,
  ) {
    super(endpoint, request, transaction.flow)
    this.transaction = transaction
    this.loopKey = loopKey
    this.bytes = bytes
  }

  get isForUs(): boolean {
    const { requestUri } = this.request
    return isSipUri(requestUri) && this.endpoint.listeners.isOurs(requestUri)
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController()
      if (this.#cancelled) this.#abort.abort()
    }
    return this.#abort.signal
  }

  reply(status: number, headers?: ReplyHeaders): Handled {
    if (!Number.isInteger(status) || status < 200 || status > 699) {
      throw new SipError('SIPW_ERR_REPLY_STATUS', [status, '200 to 699'])
    }
    this.#decide()
    if (!this.#cancelled) this.answer(this.responseWith(status, headers), undefined)
    this.finish()
    return handled
  }

  refuse(status: number, headers?: ReplyHeaders): Handled {
    if (!Number.isInteger(status) || status < 300 || status > 699) {
      throw new SipError('SIPW_ERR_REPLY_STATUS', [status, '300 to 699'])
    }
    this.#decide()
    const { endpoint, transaction } = this
    if (!this.#cancelled) {
      this.#status = status
      const request = this.asSent ?? this.request
      endpoint.refuse(request, transaction.flow, status, headers, this.bytes)
      endpoint.run(endpoint.layer.drop(transaction, this.now))
    }
    this.finish()
    return handled
  }

  progress(status: number, headers?: ReplyHeaders): void {
    if (!Number.isInteger(status) || status < 100 || status > 199) {
      throw new SipError('SIPW_ERR_REPLY_STATUS', [status, '100 to 199'])
    }
    if (this.#handled || this.#cancelled) return
    this.answer(this.responseWith(status, headers), undefined)
  }

  relay(
    targets: TargetLike | readonly TargetLike[] | TargetSource,
    options?: RelayOptions,
  ): Handled {
    this.#decide()
    if (this.#cancelled) return handled
    const source = targetSource(targets)
    if (source.atOnce === true) this.#startProxying().fork(drained(source), options ?? noOptions)
    else this.#startProxying().relay(source, options ?? noOptions)
    return handled
  }

  fork(targets: readonly TargetLike[], options?: RelayOptions): Handled {
    this.#decide()
    if (!this.#cancelled) this.#startProxying().fork(targets.map(asTarget), options ?? noOptions)
    return handled
  }

  relayAsRouted(options?: RelayOptions): Handled {
    return this.relay({ uri: this.request.uri, role: 'request-uri' }, options)
  }

  drop(): Handled {
    this.#decide()
    this.endpoint.run(this.endpoint.layer.drop(this.transaction, this.now))
    this.finish()
    return handled
  }

  recordRoute(): void {
    this.recordRouted = true
  }

  /** The outcome of the pipeline: nothing left to do, or a promise to wait for. */
  conclude(outcome: MaybeHandled | Promise<MaybeHandled>): void {
    if (isPromise(outcome)) this.endpoint.awaitHandler(this, outcome)
    else this.concluded(outcome)
  }

  /** A handler has come to its end; it must have answered. */
  concluded(outcome: MaybeHandled): void {
    this.endpoint.wake(this, Infinity)
    if (outcome === undefined && !this.#handled) this.crash(new SipError('SIPW_ERR_NOT_HANDLED'))
  }

  /** A handler threw: 500 without a word of why to the caller, everything to the log. */
  crash(error: unknown): void {
    this.endpoint.wake(this, Infinity)
    const { callId, method } = this.request
    this.endpoint.log.error({ err: error, callId, method }, 'a handler failed')
    if (this.#handled) return
    this.reply(500)
  }

  /** The handler took too long. */
  wakeUp(): void {
    if (!this.#handled)
      this.crash(new SipError('SIPW_ERR_HANDLER_TIMEOUT', [this.endpoint.handlerTimeoutMs]))
  }

  /** The caller hung up; the CANCEL has been answered. RFC 3261 §9.2, §16.10 */
  cancel(cancel: SipRequest): void {
    if (this.#cancelled) return
    this.#abort?.abort()
    const { hooks } = this.endpoint
    if (hooks.cancel.length > 0 || this.route?.cancel !== undefined) {
      const ctx = new CancelView(this, cancel)
      for (const hook of hooks.cancel) this.endpoint.guard(hook, ctx)
      if (this.route?.cancel !== undefined) this.endpoint.guard(this.route.cancel, ctx)
    }
    this.#giveUp()
  }

  hangUp(): boolean {
    if (this.#done || this.#cancelled || this.#status !== undefined) return false
    this.#abort?.abort()
    this.#giveUp()
    return true
  }

  /** Sends a response to the caller: everything that goes to him passes here. */
  answer(response: SipResponse, branch: Branch | undefined): void {
    if (branch === undefined) this.#tag(response)
    const { endpoint } = this
    if (endpoint.hooks.reply.length > 0) {
      const ctx = new ReplyView(this, response, branch)
      for (const hook of endpoint.hooks.reply) endpoint.guard(hook, ctx)
    }
    if (response.status >= 200) this.#status ??= response.status
    const leaving = departBack(endpoint, response, this, branch && attemptOf(branch).zone)
    if (leaving === undefined) return
    endpoint.run(endpoint.layer.respond(this.transaction, leaving, endpoint.now()))
  }

  /** A response of our own. */
  responseWith(status: number, headers?: ReplyHeaders): SipResponse {
    return responseTo(this.request, status, headers === undefined ? undefined : { headers })
  }

  /** The request is over: `onDone`, once. */
  finish(): void {
    if (this.#done) return
    this.#done = true
    const { endpoint } = this
    endpoint.openRequests--
    if (endpoint.hooks.done.length > 0) {
      const ctx = new DoneView(this, this.#status, this.#proxying?.branches ?? noBranches)
      for (const hook of endpoint.hooks.done) endpoint.guard(hook, ctx)
    }
    // What waits for retransmissions needs the last response, not us. An INVITE may still be accepted late.
    if (this.request.method === 'INVITE') this.pack()
    else this.transaction.user = undefined
  }

  /** No further target is tried; what is pending is cancelled. §16.10 */
  #giveUp(): void {
    if (this.#proxying !== undefined) {
      this.#cancelled = true
      this.#proxying.cancel()
    } else if (!this.#handled) {
      this.answer(this.responseWith(487), undefined)
      this.#cancelled = true
      this.finish()
    }
  }

  #decide(): void {
    if (this.#handled) throw new SipError('SIPW_ERR_ALREADY_HANDLED')
    this.#handled = true
  }

  #startProxying(): Proxying {
    this.#proxying ??= new Proxying(this)
    return this.#proxying
  }

  /** Every response made here has the same To tag. RFC 3261 §8.2.6.2 */
  #tag(response: SipResponse): void {
    if (response.status === 100 || response.toTag !== undefined) return
    this.#localTag ??= this.endpoint.chance.tag()
    response.headers.set('To', `${response.headers.get('To') ?? ''};tag=${this.#localTag}`)
  }
}

const noOptions: RelayOptions = {}
const noBranches: readonly Branch[] = []

/** A Request-URI as text, or a target with its role. */
export function asTarget(target: TargetLike): Target {
  return typeof target === 'string' ? { uri: target, role: 'request-uri' } : target
}

/** One target, several, or a source as it is. */
export function targetSource(
  targets: TargetLike | readonly TargetLike[] | TargetSource,
): TargetSource {
  if (typeof targets === 'object' && 'next' in targets) return targets
  return new TargetList(Array.isArray(targets) ? targets : [targets as TargetLike])
}

/** All that a source yields. */
export function drained(source: TargetSource): readonly Target[] {
  const targets: Target[] = []
  for (let each = source.next(); each !== undefined; each = source.next()) targets.push(each)
  return targets
}

class TargetList implements TargetSource {
  readonly #targets: readonly TargetLike[]
  #next = 0

  constructor(targets: readonly TargetLike[]) {
    this.#targets = targets
  }

  next(): Target | undefined {
    const target = this.#targets[this.#next++]
    return target === undefined ? undefined : asTarget(target)
  }
}
