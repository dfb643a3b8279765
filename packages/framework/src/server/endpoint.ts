/**
 * The driver loop: one input, drain its effects, arm one timer. The only place where the pure floors meet time,
 * sockets and handlers.
 */
import { type Chance, type Clock, type Log } from '../environment.js'
import { SipError } from '../errors.js'
import { type Flow, type Hop, type LocalAddress } from '../message/flow.js'
import { responseTo, type SipRequest, type SipResponse } from '../message/message.js'
import { type Malformed, type MessageLimits, parseMessage } from '../message/parse.js'
import { serialize } from '../message/serialize.js'
import { spell } from '../message/spelling.js'
import { type SipUri } from '../message/uri.js'
import { stampSource } from '../message/via.js'
import { type Admission, type AdmissionContext, type ReplyHeaders } from '../plugin/context.js'
import { type Recipient } from '../plugin/observer.js'
import { Deadlines, type Timed } from '../transaction/deadlines.js'
import {
  type ClientTransaction,
  type ServerTransaction,
  type Transaction,
  type TransactionEffect,
  TransactionLayer,
} from '../transaction/layer.js'
import { tagFrom } from '../transaction/key.js'
import { type Timers } from '../transaction/timers.js'
import { resolveResponse } from '../transport/resolve.js'
import { type Listener } from '../transport/transport.js'
import { Counters } from './counters.js'
import { type DialogTokens, flowParameter } from './dialog-token.js'
import { forwardAck } from './forward-ack.js'
import { Halt } from './halt.js'
import { handleRequest } from './handle-request.js'
import { type Hooks } from './hooks.js'
import { type IncomingRequest } from './incoming-request.js'
import { type Listeners } from './listeners.js'
import { FlowSource } from './received-request.js'
import { isInProportion, RefusalBudget } from './refusal-budget.js'
import { type RouteTable } from './route-table.js'
import { type Gate } from './worker-seat.js'
import { publicZone, type Zones } from './zones.js'

/** What hangs on a client transaction and is told of its fate. */
export interface ClientUser {
  transaction: ClientTransaction | undefined
  /** The listener that its request left by. */
  readonly listener: Listener | undefined
  /** Of the request that is forwarded, as its sender wrote it; absent: nobody's but ours. */
  readonly callId?: string
  /** A response, our Via still on top. */
  response(response: SipResponse, now: number): void
  timeout(now: number): void
  transportError(error: SipError, now: number): void
}

/** Finds the hops of a URI, best first: at once, or later. */
export interface Locator {
  resolve(uri: SipUri): readonly Hop[] | Promise<readonly Hop[]>
}

/** What waits in the queue besides transactions. */
export interface Waiting extends Timed {
  wakeUp(now: number): void
}

/** Whose handler may answer later. */
export interface Awaiting<Outcome> extends Waiting {
  readonly now: number
  concluded(outcome: Outcome): void
  crash(error: unknown): void
}

/** What an endpoint works with. */
export interface EndpointOptions {
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  readonly timers: Timers
  readonly messageLimits: MessageLimits
  /** Live server transactions at most; above it new requests get 503. */
  readonly transactions: number
  /** Refusals that one public network is sent over UDP each second at most; 0: as many as come. */
  readonly refusalsPerSecond: number
  readonly handlerTimeoutMs: number
  readonly profile: 'edge' | 'open'
  readonly hooks: Hooks
  readonly routes: RouteTable
  readonly listeners: Listeners
  readonly zones: Zones
  readonly resolver: Locator
  readonly dialogs: DialogTokens
}

export class Endpoint implements Gate {
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  readonly timers: Timers
  readonly handlerTimeoutMs: number
  /** Requests that are not over: most have no final answer yet. */
  openRequests = 0
  /** Handlers whose promise has not settled. */
  openHandlers = 0
  readonly profile: 'edge' | 'open'
  readonly hooks: Hooks
  readonly routes: RouteTable
  readonly listeners: Listeners
  readonly zones: Zones
  readonly resolver: Locator
  readonly dialogs: DialogTokens
  /** As `listeners` answers; made once, as every request asks. */
  readonly isOurAddress: (host: string, port: number | undefined) => boolean
  readonly isOurs: (uri: SipUri) => boolean
  readonly layer: TransactionLayer
  readonly counters = new Counters()
  /** Tells our own branches from those of a balancer with the same private address. */
  readonly loopSeed: number
  /** New requests outside a dialog are refused: the app is about to stop. */
  draining = false
  readonly #messageLimits: MessageLimits
  /** What the tags of our refusals begin with. */
  readonly #refusalMark: string
  readonly #deadlines = new Deadlines<Timed>()
  readonly #refusals: RefusalBudget
  readonly #halt = new Halt()
  /** The clock as read for the input in hand; undefined between inputs. */
  #now: number | undefined = undefined
  #armedAt = Infinity
  #disarm: (() => void) | undefined = undefined
  #bytes = 0

  constructor(options: EndpointOptions) {
    this.clock = options.clock
    this.chance = options.chance
    this.log = options.log
    this.timers = options.timers
    this.handlerTimeoutMs = options.handlerTimeoutMs
    this.profile = options.profile
    this.hooks = options.hooks
    this.routes = options.routes
    this.listeners = options.listeners
    this.zones = options.zones
    this.isOurAddress = (host, port) => options.listeners.isOurAddress(host, port)
    this.isOurs = (uri) => options.listeners.isOurs(uri)
    this.resolver = options.resolver
    this.dialogs = options.dialogs
    this.#messageLimits = options.messageLimits
    this.#refusals = new RefusalBudget(options.refusalsPerSecond)
    this.loopSeed = Math.floor(options.chance.random() * 2 ** 32)
    this.#refusalMark = `${spell(this.loopSeed)}.`
    this.layer = new TransactionLayer(options.timers, this.#deadlines, options.transactions)
  }

  /** The clock, read once per input. */
  now(): number {
    return this.#now ?? this.clock.now()
  }

  /** Size of the message in hand. */
  get bytes(): number {
    return this.#bytes
  }

  // Inputs

  received(text: string, flow: Flow): void {
    if (!this.drops(text, flow)) this.admitted(text, flow)
  }

  drops(text: string, flow: Flow): boolean {
    this.counters.messagesReceived++
    for (const hook of this.hooks.receive) {
      try {
        if (!hook(text, flow)) continue
        this.counters.dropped++
        return true
      } catch (error) {
        this.counters.faults++
        this.log.error({ err: error }, 'an onReceive hook failed')
      }
    }
    return false
  }

  admitted(text: string, flow: Flow): void {
    const now = (this.#now = this.clock.now())
    try {
      this.#bytes = text.length
      if (this.hooks.observers.length > 0) this.#observeReceived(text, flow, now)
      const message = parseMessage(text, this.#messageLimits)
      switch (message.kind) {
        case 'request':
          this.#request(message, flow, now)
          break
        case 'response':
          this.run(this.layer.receiveResponse(message, flow, now))
          break
        case 'malformed':
          this.#malformed(message, flow)
          break
      }
    } catch (error) {
      // Nothing that a stranger sends may end the process; that it got here is a fault of ours.
      this.counters.faults++
      this.log.error({ err: error, source: flow.remoteAddress }, 'a message could not be handled')
    } finally {
      this.#now = undefined
      this.#arm()
    }
  }

  broken(error: SipError, text: string, flow: Flow): void {
    if (this.hooks.observers.length > 0) this.#observeReceived(text, flow, this.now())
    const message = parseMessage(text, this.#messageLimits)
    this.#malformed(
      {
        kind: 'malformed',
        error,
        request:
          message.kind === 'malformed'
            ? message.request
            : message.kind === 'request' && message.method !== 'ACK'
              ? message
              : undefined,
      },
      flow,
    )
  }

  unreachable(hop: Hop, error: SipError): void {
    this.#input((now) => {
      this.counters.unreachable++
      this.run(this.layer.hopFailed(hop.key, error, now))
    })
  }

  // What handlers and branches do

  /** Runs effects of the transaction layer, in order. */
  run(effects: readonly TransactionEffect[]): void {
    for (const effect of effects) this.#perform(effect)
    if (this.#now === undefined) this.#arm()
  }

  /** Starts a client transaction for a request that is ready to leave; `branch` is that of its topmost Via. */
  start(request: SipRequest, hop: Hop, user: ClientUser, branch = request.via.branch ?? ''): void {
    const { reliable } = user.listener!.local
    const effects = this.layer.send(request, hop, { reliable, user, branch }, this.now())
    const [first] = effects
    if (first?.kind === 'sendRequest') user.transaction = first.transaction
    this.run(effects)
  }

  /** Calls `item.wakeUp` at that time; Infinity: no more. */
  wake(item: Waiting, at: number): void {
    if (item.dueAt === at) return
    this.#deadlines.set(item, at)
    if (this.#now === undefined) this.#arm()
  }

  /** Waits for a handler's promise, and wakes whoever waits for it when it takes too long. */
  awaitHandler<Outcome>(waiting: Awaiting<Outcome>, outcome: Promise<Outcome>): void {
    this.wake(waiting, waiting.now + this.handlerTimeoutMs)
    this.openHandlers++
    outcome.then(
      (settled) => {
        this.openHandlers--
        waiting.concluded(settled)
      },
      (error: unknown) => {
        this.openHandlers--
        waiting.crash(error)
      },
    )
  }

  /** Calls an observer; what it throws is logged and harms nobody. */
  guard<Context>(hook: (ctx: Context) => unknown, ctx: Context): void {
    try {
      const outcome = hook(ctx)
      if (outcome instanceof Promise) {
        outcome.catch(() => undefined)
        throw new SipError('SIPW_ERR_ASYNC_HANDLER_FORBIDDEN', [hook.name])
      }
    } catch (error) {
      this.counters.faults++
      this.log.error({ err: error }, 'a hook failed')
    }
  }

  /** Tells the observers; ask first whether there are any. */
  observeSent(text: string, local: LocalAddress, to: Recipient, callId: string | undefined): void {
    for (const observer of this.hooks.observers) {
      try {
        observer.sent(text, local, to, callId, this.now())
      } catch (error) {
        this.#observerFailed(error)
      }
    }
  }

  /** Tells the observers; ask first whether there are any. */
  observeRouted(request: SipRequest, handler: string | undefined, callId: string): void {
    for (const observer of this.hooks.observers) {
      try {
        observer.routed?.(request, handler, callId, this.now())
      } catch (error) {
        this.#observerFailed(error)
      }
    }
  }

  #observeReceived(text: string, flow: Flow, now: number): void {
    for (const observer of this.hooks.observers) {
      try {
        observer.received(text, flow, now)
      } catch (error) {
        this.#observerFailed(error)
      }
    }
  }

  #observerFailed(error: unknown): void {
    this.counters.faults++
    this.log.error({ err: error }, 'an observer of messages failed')
  }

  /**
   * Within a dialog: the connection that the other side has come by, as our Route names it, while it is up. Who came by a connection
   * listens nowhere, or behind something that lets nobody in. RFC 5626 §5.3
   */
  flowHop(taken: readonly SipUri[], request: SipRequest, flow: Flow): Hop | undefined {
    const text = taken.at(-1)?.params.get(flowParameter)
    if (text === undefined) return undefined
    const connection = this.dialogs.provenFlow(text, request)
    const side = this.listeners.sideOf(taken)
    if (connection === undefined || side === undefined) return undefined
    // A caller whose own Route this is goes the other way.
    if (flow.connection === connection && flow.local === side.local) return undefined
    return side.hopOf?.(connection)
  }

  /**
   * Answers without a transaction: one packet, nothing kept. Over UDP a network outside is sent so many of them and no more, and none
   * far larger than what it answers: its addresses may be written by somebody else. `bytes`: size of the request, default of the
   * message in hand.
   */
  refuse(
    ...[request, flow, status, headers, bytes = this.#bytes]: [
      ...[request: SipRequest, flow: Flow, status: number],
      ...[headers?: ReplyHeaders | undefined, bytes?: number],
    ]
  ): void {
    this.counters.refused++
    const { remoteAddress, local } = flow
    const isPublic = !local.reliable && (this.zones.of(remoteAddress) ?? local.zone) === publicZone
    if (isPublic && !this.#refusals.allows(remoteAddress, this.now())) {
      this.counters.unsentRefusals++
      return
    }
    const toTag = this.refusalTag(request)
    const response = responseTo(request, status, { toTag, ...(headers && { headers }) })
    const text = serialize(response)
    if (isPublic && !isInProportion(bytes, text.length)) {
      this.counters.unsentRefusals++
      return
    }
    this.#sendBack(flow, text, response)
  }

  /** The To tag of a refusal: the same for every copy of the request, and known again in its ACK. RFC 3261 §8.2.7 */
  refusalTag({ headers }: SipRequest): string {
    const branch = branchPattern.exec(headers.get('Via') ?? '')?.[1] ?? ''
    return this.#refusalMark + tagFrom(`${branch} ${headers.get('Call-ID') ?? ''}`)
  }

  /** Whether this is the ACK for a refusal of ours, of which nothing is kept. Every ACK is asked. */
  isForRefusal(ack: SipRequest): boolean {
    const { toTag } = ack
    return toTag?.startsWith(this.#refusalMark) === true && toTag === this.refusalTag(ack)
  }

  /** Forgets the timer: nothing happens any more. */
  stop(): void {
    this.#disarm?.()
    this.#disarm = undefined
    this.#armedAt = Infinity
  }

  // The loop

  #input(handle: (now: number) => void): void {
    const now = (this.#now = this.clock.now())
    try {
      handle(now)
    } finally {
      this.#now = undefined
      this.#arm()
    }
  }

  #arm(): void {
    const { next } = this.#deadlines
    if (next >= this.#armedAt) return
    this.#disarm?.()
    const now = this.clock.now()
    const wakeAt = Math.max(now, next) + (this.clock.slackMs ?? 0)
    this.#armedAt = next
    this.#disarm = this.clock.after(wakeAt - now, () => this.#wakeUp(wakeAt))
  }

  #wakeUp(wakeAt: number): void {
    const { clock, counters } = this
    const now = clock.now()
    if (
      clock.afterReading !== undefined &&
      this.#halt.readsFirst(now, now - wakeAt, counters.messagesReceived)
    ) {
      // Nothing is earlier: what is read meanwhile arms nothing.
      this.#armedAt = -Infinity
      this.#disarm = clock.afterReading(() => this.#wakeUp(now))
      return
    }
    this.#armedAt = Infinity
    this.#disarm = undefined
    this.#input((due) => this.#runDue(due))
  }

  #runDue(now: number): void {
    for (;;) {
      const item = this.#deadlines.takeDue(now)
      if (item === undefined) return
      try {
        if ('wakeUp' in item) (item as Waiting).wakeUp(now)
        else this.#runTimers(item as Transaction, now)
      } catch (error) {
        this.counters.faults++
        this.log.error({ err: error }, 'a timer could not be handled')
      }
    }
  }

  /** What timers send has been sent before. */
  #runTimers(transaction: Transaction, now: number): void {
    const effects = this.layer.runTimers(transaction, now)
    for (const { kind } of effects) {
      if (kind === 'sendRequest') this.counters.requestsResent++
      else if (kind === 'sendResponse') this.counters.responsesResent++
    }
    this.run(effects)
  }

  #perform(effect: TransactionEffect): void {
    switch (effect.kind) {
      case 'sendRequest': {
        const { transaction } = effect
        this.counters.requestsSent++
        const user = transaction.user as ClientUser
        const { listener } = user
        if (this.hooks.observers.length > 0 && listener !== undefined) {
          this.observeSent(effect.text, listener.local, transaction.hop, user.callId)
        }
        const error = listener?.sendTo(transaction.hop, effect.text)
        if (error !== undefined) this.run(this.layer.sendFailed(transaction, error, this.now()))
        break
      }
      case 'sendResponse':
        this.#sendBack(effect.transaction.flow, effect.text, effect.response)
        break
      case 'request':
        handleRequest(this, effect.transaction)
        break
      case 'ack':
        forwardAck(this, effect.request, effect.flow)
        break
      case 'cancel':
        ;(effect.transaction.user as IncomingRequest | undefined)?.cancel(effect.cancel)
        break
      case 'response': {
        const { transaction, response } = effect
        ;(transaction.user as ClientUser).response(response, this.now())
        // A non-INVITE delivers one final response; until its stragglers have passed nobody is told anything.
        if (transaction.kind === 'non-invite-client' && response.status >= 200) {
          transaction.user = undefined
        }
        break
      }
      case 'timeout':
        ;(effect.transaction.user as ClientUser).timeout(this.now())
        break
      case 'transportError':
        ;(effect.transaction.user as ClientUser).transportError(effect.error, this.now())
        break
      case 'stray':
        this.counters.strayResponses++
        break
      case 'overload':
        this.counters.overloaded++
        this.refuse(effect.request, effect.flow, 503, overloadHeaders)
        break
      case 'ended':
        break
    }
  }

  #request(request: SipRequest, flow: Flow, now: number): void {
    stampSource(request.headers, flow.remoteAddress, flow.remotePort, request.via)
    const admits = this.hooks.admit.length > 0 ? this.#admits : undefined
    this.run(this.layer.receiveRequest(request, flow, now, admits))
  }

  /** Asks the hooks; the first one that does not want it decides. */
  readonly #admits = (request: SipRequest, flow: Flow): boolean => {
    const source = new FlowSource(flow, this)
    const ctx = { request, source, now: this.now(), bytes: this.#bytes }
    for (const hook of this.hooks.admit) {
      const admission = this.#admission(hook, ctx)
      if (admission === undefined) continue
      if (admission === 'drop') this.counters.dropped++
      else this.refuse(request, flow, admission.status, admission.headers)
      return false
    }
    return true
  }

  /** A hook that fails keeps strangers out rather than letting them in. */
  #admission(hook: (ctx: AdmissionContext) => Admission, ctx: AdmissionContext): Admission {
    try {
      return hook(ctx)
    } catch (error) {
      this.counters.faults++
      this.log.error({ err: error }, 'an onAdmit hook failed')
      return { status: 500 }
    }
  }

  #malformed({ error, request }: Malformed, flow: Flow): void {
    this.counters.malformed++
    this.log.debug({ err: error, source: flow.remoteAddress }, 'malformed message')
    if (request === undefined) return
    // Kept short and the same for all: what was wrong is for our log, not for a stranger.
    stampSource(request.headers, flow.remoteAddress, flow.remotePort)
    this.refuse(request, flow, error.status)
  }

  /**
   * RFC 3261 §18.2.2: on the connection of its request, or, when that is gone, to where Via says.
   *
   * Deviation: over UDP a response goes to the source of its request even when Via asks for no `rport`
   * (RFC 3581 §4): a Via that names another place would let a stranger aim our answers.
   */
  #sendBack(flow: Flow, text: string, response: SipResponse | undefined): void {
    this.counters.responsesSent++
    const listener = this.listeners.at(flow.local)
    if (listener === undefined) return
    const observed = this.hooks.observers.length > 0
    if (listener.sendBack(flow, text)) {
      if (observed) {
        const to = { address: flow.remoteAddress, port: flow.remotePort }
        this.observeSent(text, flow.local, to, undefined)
      }
      return
    }
    if (response === undefined) return
    for (const hop of resolveResponse(response.via, flow)) {
      if (observed) this.observeSent(text, listener.local, hop, undefined)
      listener.sendTo(hop, text)
      return
    }
  }
}

/** Of a Via that may be malformed. */
const branchPattern = /;\s*branch\s*=\s*([^;,\s]+)/i

const overloadHeaders = { 'Retry-After': '5' }

export type { ServerTransaction }
