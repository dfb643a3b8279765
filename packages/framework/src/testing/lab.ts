/**
 * A laboratory: one transaction, or a whole transaction layer, on virtual time. An hour of ringing is
 * tested in microseconds, and every effect is written down with the moment at which it came.
 *
 * @example
 * const call = new ClientLab('INVITE', 'UDP')
 * call.advance(60_000)
 * call.at('send') // [0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]
 * call.at('timeout') // [32_000]
 */
import { type SipError } from '../errors.js'
import { hop, type Flow, type Hop, type TransportName } from '../message/flow.js'
import { type SipRequest } from '../message/message.js'
import { Deadlines, type Timed } from '../transaction/deadlines.js'
import {
  TransactionLayer,
  type ClientTransaction,
  type ServerTransaction,
  type Transaction,
  type TransactionEffect,
} from '../transaction/layer.js'
import { timersFrom, type Timers } from '../transaction/timers.js'
import { answer, request, type RequestFields } from './messages.js'

/** What came out of the layer, and when. */
export interface LabEvent {
  readonly at: number
  readonly effect: TransactionEffect
}

/** The kind of an effect; `send` is both kinds of sending. */
export type LabEventKind = TransactionEffect['kind'] | 'send'

/** A transaction layer on virtual time. */
export class Lab {
  readonly timers: Timers
  readonly deadlines = new Deadlines<Timed>()
  readonly layer: TransactionLayer
  /** Everything that came out so far, in order. */
  readonly events: LabEvent[] = []
  /** Virtual milliseconds since the beginning. */
  now = 0

  constructor(timers: Partial<Timers> = {}, limit = Infinity) {
    this.timers = timersFrom(timers)
    this.layer = new TransactionLayer(this.timers, this.deadlines, limit)
  }

  /** Writes down what an input to `layer` yielded. */
  take(effects: readonly TransactionEffect[]): readonly TransactionEffect[] {
    for (const effect of effects) this.events.push({ at: this.now, effect })
    return effects
  }

  /** Time passes; every timer fires at its moment. */
  advance(ms: number): void {
    const end = this.now + ms
    while (this.deadlines.next <= end) {
      this.now = Math.max(this.now, this.deadlines.next)
      // Only transactions wait in this queue.
      const due = this.deadlines.takeDue(this.now) as Transaction
      this.take(this.layer.runTimers(due, this.now))
    }
    this.now = end
  }

  /** The moments at which effects of this kind came. */
  at(kind: LabEventKind): number[] {
    return this.events.filter(({ effect }) => isOfKind(effect, kind)).map(({ at }) => at)
  }

  /** The effects of one kind. */
  all<Kind extends TransactionEffect['kind']>(
    kind: Kind,
  ): Extract<TransactionEffect, { kind: Kind }>[] {
    return this.events
      .map(({ effect }) => effect)
      .filter(
        (effect): effect is Extract<TransactionEffect, { kind: Kind }> => effect.kind === kind,
      )
  }

  /** The start lines of what was sent: `INVITE sip:bob@biloxi.com SIP/2.0`. */
  get sent(): string[] {
    return this.events.flatMap(({ effect }) =>
      'text' in effect ? [effect.text.slice(0, effect.text.indexOf('\r\n'))] : [],
    )
  }
}

/** One client transaction that has just been started. */
export class ClientLab extends Lab {
  readonly tx: ClientTransaction
  /** What it sent; the transaction itself forgets it when it has its answer. */
  readonly request: SipRequest
  /** Where responses come from. */
  readonly flow: Flow

  constructor(method: string, transport: TransportName = 'UDP', timers: Partial<Timers> = {}) {
    super(timers)
    const target = labHop(transport)
    this.flow = labFlow(transport, target.address)
    const options = { reliable: transport !== 'UDP', user: undefined }
    this.request = request(method)
    const [first] = this.take(this.layer.send(this.request, target, options, this.now))
    if (first?.kind !== 'sendRequest') throw new Error('a started transaction sends its request')
    this.tx = first.transaction
  }

  /** A response comes in. */
  receive(status: number, flow: Flow = this.flow): readonly TransactionEffect[] {
    const response = answer(this.request, status)
    return this.take(this.layer.receiveResponse(response, flow, this.now))
  }

  /** The transaction user gives up waiting. */
  abandon(): readonly TransactionEffect[] {
    return this.take(this.layer.abandon(this.tx, this.now))
  }

  /** The transport could not send. */
  failToSend(error: SipError): readonly TransactionEffect[] {
    return this.take(this.layer.sendFailed(this.tx, error, this.now))
  }
}

/** One server transaction whose request has just come in. */
export class ServerLab extends Lab {
  readonly tx: ServerTransaction
  /** What came in first. */
  readonly request: SipRequest
  /** Where the request came from. */
  readonly flow: Flow
  readonly #method: string
  readonly #fields: RequestFields

  constructor(
    method: string,
    transport: TransportName = 'UDP',
    timers: Partial<Timers> = {},
    fields: RequestFields = {},
  ) {
    super(timers)
    this.#method = method
    this.#fields = fields
    this.flow = labFlow(transport)
    const [first] = this.receive(method)
    if (first?.kind !== 'request') throw new Error('a new request goes to the transaction user')
    this.tx = first.transaction
    this.request = first.transaction.request!
  }

  /** A request comes in; without a method, the first one once more. Fields differ where given. */
  receive(
    method: string = this.#method,
    fields: RequestFields = {},
    flow: Flow = this.flow,
  ): readonly TransactionEffect[] {
    const again = request(method, { ...this.#fields, ...fields })
    return this.take(this.layer.receiveRequest(again, flow, this.now))
  }

  /** The transaction user answers. */
  respond(status: number): readonly TransactionEffect[] {
    return this.take(this.layer.respond(this.tx, answer(this.request, status), this.now))
  }

  /** The transaction user will not answer. */
  drop(): readonly TransactionEffect[] {
    return this.take(this.layer.drop(this.tx, this.now))
  }
}

/** A flow from Alice, or from `address`, to a listener of this transport. */
export function labFlow(transport: TransportName = 'UDP', address = '192.0.2.4'): Flow {
  const local = {
    transport,
    reliable: transport !== 'UDP',
    address: '192.0.2.1',
    port: 5060,
    advertisedHost: '192.0.2.1',
    advertisedPort: 5060,
    zone: 'public',
  }
  return {
    local,
    remoteAddress: address,
    remotePort: 5060,
    connection: local.reliable ? 1 : 0,
  }
}

/** The hop that client transactions of the lab go to. */
export function labHop(transport: TransportName = 'UDP', address = '192.0.2.8'): Hop {
  return hop(transport, address, 5060)
}

function isOfKind(effect: TransactionEffect, kind: LabEventKind): boolean {
  if (kind === 'send') return effect.kind === 'sendRequest' || effect.kind === 'sendResponse'
  return effect.kind === kind
}
