/**
 * The transaction layer: the floor's only door. It matches messages to transactions (§17.1.3, §17.2.3),
 * steps their machines, and returns what is to be done. It owns no clock and no socket.
 *
 * Nothing that a stranger sends makes it throw: a message of which a needed field cannot be read yields
 * no effect, as if it had been lost on the way.
 */
import { SipError } from '../errors.js'
import { type Flow, type Hop } from '../message/flow.js'
import { flat, kept } from '../message/kept.js'
import { responseTo, type SipRequest, type SipResponse } from '../message/message.js'
import { type Deadlines, type Timed } from './deadlines.js'
import { inviteClientMachine } from './invite-client.js'
import { inviteServerMachine } from './invite-server.js'
import { branchOf, clientKey, isUniqueBranch, serverKey, tagFrom } from './key.js'
import { and, fire, nextFiring, nothing, step, type InputKind, type Inputs } from './machine.js'
import { nonInviteClientMachine } from './non-invite-client.js'
import { nonInviteServerMachine } from './non-invite-server.js'
import { type Timers } from './timers.js'
import {
  newClient,
  newServer,
  type ClientRecord,
  type ClientTransaction,
  type ServerRecord,
  type ServerTransaction,
  type Transaction,
  type TransactionEffect,
} from './transaction.js'
import { Waiting } from './waiting.js'

export type {
  ClientTransaction,
  ServerTransaction,
  Transaction,
  TransactionEffect,
} from './transaction.js'

/** All transactions of one process and the tables that find them. */
export class TransactionLayer {
  readonly #timers: Timers
  readonly #deadlines: Deadlines<Timed>
  readonly #servers = new Map<string, ServerRecord>()
  #repeated = 0
  readonly #clients = new Map<string, ClientRecord>()
  readonly #waiting = new Waiting()
  readonly #limit: number

  /**
   * With `limit` server transactions alive, a request outside a dialog yields `overload` instead of one more,
   * and with twice as many every request does: calls in progress end well while new ones are refused, and a
   * To tag, which anybody can write, is no way around the limit. A CANCEL of a live INVITE always passes.
   */
  constructor(timers: Timers, deadlines: Deadlines<Timed>, limit = Infinity) {
    this.#timers = timers
    this.#deadlines = deadlines
    this.#limit = limit
  }

  /** Live server transactions, for limits, metrics and tests. */
  get servers(): number {
    return this.#servers.size
  }

  /** The branches of live server transactions; those of RFC 2543 requests, which name none, are not among them. */
  branches(): readonly string[] {
    return [...this.#servers.keys()].flatMap((key) => branchOf(key) ?? [])
  }

  /** Live client transactions, for limits, metrics and tests. */
  get clients(): number {
    return this.#clients.size
  }

  /** Requests that came once more while their transaction was alive, since the start. */
  get repeated(): number {
    return this.#repeated
  }

  /** Client transactions that have had no response at all: many when a target has fallen silent. */
  get unheard(): number {
    return this.#waiting.size
  }

  /**
   * A request came in. The caller has put `received` and `rport` into its Via (§18.2.1, RFC 3581 §4). `admits` is asked before
   * there is a transaction for it: false, and there is none.
   */
  receiveRequest(
    request: SipRequest,
    flow: Flow,
    now: number,
    admits?: (request: SipRequest, flow: Flow) => boolean,
  ): readonly TransactionEffect[] {
    try {
      if (request.method === 'ACK') return this.#receiveAck(request, flow, now)
      const key = serverKey(request, flow, request.method, request.toTag)
      const transaction = this.#servers.get(key)
      if (transaction !== undefined) {
        this.#repeated++
        return this.#input(transaction, 'request', request, now)
      }
      if (request.method === 'CANCEL') return this.#receiveCancel(key, request, flow, now)
      if (admits !== undefined && !admits(request, flow)) return nothing
      if (this.#isFull(request)) return [{ kind: 'overload', request, flow }]
      return this.#input(this.#startServer(key, request, flow), 'request', request, now)
    } catch (error) {
      return nothingIfMalformed(error)
    }
  }

  /** A response came in. It is taken only from the address that its request went to. §17.1.3 */
  receiveResponse(response: SipResponse, flow: Flow, now: number): readonly TransactionEffect[] {
    try {
      const { method } = response.cseq
      const transaction = this.#clients.get(clientKey(response.via.branch ?? '', method))
      if (
        transaction === undefined ||
        transaction.method !== method ||
        transaction.hop.address !== flow.remoteAddress
      ) {
        return [{ kind: 'stray', response, flow }]
      }
      const invite = transaction.kind === 'invite-client'
      const effects = this.#input(transaction, inputOf(response.status, invite), response, now)
      this.#waiting.remove(transaction)
      return effects
    } catch (error) {
      return nothingIfMalformed(error)
    }
  }

  /**
   * Starts a client transaction: INVITE or not is read from the method. `user` is hung on it before anything happens.
   * `branch` is that of its topmost Via, read from there when it is not given.
   */
  send(
    request: SipRequest,
    hop: Hop,
    options: { reliable: boolean; user: unknown; branch?: string },
    now: number,
  ): readonly TransactionEffect[] {
    const { method } = request
    const invite = method === 'INVITE'
    const transaction = newClient(
      invite ? 'invite-client' : 'non-invite-client',
      invite ? inviteClientMachine : nonInviteClientMachine,
      flat(clientKey(options.branch ?? request.via.branch ?? '', method)),
      request,
      hop,
      options.reliable,
      this.#timers,
      options.user,
    )
    this.#clients.set(transaction.key, transaction)
    this.#waiting.add(transaction)
    return this.#input(transaction, 'request', request, now)
  }

  /**
   * The transaction user answers: provisional or final. A 2xx to an INVITE is sent whatever the state
   * (§16.7 step 5: every 2xx is forwarded), other answers only where the machine's figure has an arrow.
   * To a non-INVITE, provisional responses other than 100 are not sent (RFC 4320 §4.1), and a 408 ends
   * the transaction without a word (RFC 4320 §4.2).
   */
  respond(
    transaction: ServerTransaction,
    response: SipResponse,
    now: number,
  ): readonly TransactionEffect[] {
    const { status } = response
    const record = transaction as ServerRecord
    if (transaction.kind === 'invite-server') {
      rememberToTag(record, response)
      return this.#input(record, inputOf(status, true), response, now)
    }
    if (status > 100 && status < 200) return nothing
    if (status === 408) return this.#input(record, 'drop', undefined, now)
    return this.#input(record, inputOf(status, false), response, now)
  }

  /**
   * The transaction user gave up waiting for this target (no response in its time, or none 64·T1 after a
   * CANCEL): nothing is resent any more, a late response is still delivered, and the transaction ends by
   * itself 64·T1 later at most, without a `timeout`. §9.1, §16.8, RFC 3263 §4.3
   */
  abandon(transaction: ClientTransaction, now: number): readonly TransactionEffect[] {
    return this.#input(transaction as ClientRecord, 'abandon', undefined, now)
  }

  /** Ends a server transaction without an answer: a non-INVITE that nobody answered in time. RFC 4320 §4.2 */
  drop(transaction: ServerTransaction, now: number): readonly TransactionEffect[] {
    return this.#input(transaction as ServerRecord, 'drop', undefined, now)
  }

  /** This hop cannot be reached (ICMP, refused, reset): every transaction to it that has had no response fails. */
  hopFailed(hopKey: string, error: SipError, now: number): readonly TransactionEffect[] {
    let effects = nothing
    for (const transaction of this.#waiting.takeAll(hopKey)) {
      effects = this.#input(transaction, 'transportError', error, now, effects)
    }
    return effects
  }

  /** One client transaction could not be sent. */
  sendFailed(
    transaction: ClientTransaction,
    error: SipError,
    now: number,
  ): readonly TransactionEffect[] {
    return this.#input(transaction as ClientRecord, 'transportError', error, now)
  }

  /** `deadlines` yielded this transaction: its due timers fire. */
  runTimers(transaction: Transaction, now: number): readonly TransactionEffect[] {
    const record = transaction as ClientRecord | ServerRecord
    return record.state === 'terminated' ? nothing : this.#settle(record, now, nothing)
  }

  /**
   * §17.2.3: in the key of the INVITE, as the method counts for nothing else. An ACK in the way of RFC 2543
   * carries the To tag of the response, while a first INVITE has none.
   */
  #receiveAck(request: SipRequest, flow: Flow, now: number): readonly TransactionEffect[] {
    const { toTag } = request
    let transaction = this.#servers.get(serverKey(request, flow, 'INVITE', toTag))
    if (!isUniqueBranch(request.via.branch)) {
      transaction ??= this.#servers.get(serverKey(request, flow, 'INVITE', undefined))
      if (transaction?.toTag !== toTag) transaction = undefined
    }
    if (transaction === undefined) return [{ kind: 'ack', request, flow }]
    return this.#input(transaction, 'ack', { request, flow }, now)
  }

  /**
   * A CANCEL is answered here, hop by hop (§9.2), in a transaction of its own, so that its retransmissions
   * are absorbed. One from another address than its INVITE's is not believed: 481, and the call goes on.
   */
  #receiveCancel(
    key: string,
    cancel: SipRequest,
    flow: Flow,
    now: number,
  ): readonly TransactionEffect[] {
    const found = this.#servers.get(serverKey(cancel, flow, 'INVITE', cancel.toTag))
    const invite = found?.flow.remoteAddress === flow.remoteAddress ? found : undefined
    if (invite === undefined && this.#isFull(cancel)) {
      return [{ kind: 'overload', request: cancel, flow }]
    }
    const answer = responseTo(cancel, invite === undefined ? 481 : 200, {
      toTag: cancel.toTag ?? invite?.toTag ?? tagFrom(key),
    })
    const transaction = this.#startServer(key, cancel, flow)
    // Its first arrow passes the request on: that effect is not for the transaction user.
    step(transaction.machine, transaction, 'request', cancel, now, nothing)
    const effects = this.#input(transaction, '200-699', answer, now)
    if (invite === undefined || !isPending(invite)) return effects
    return and(effects, { kind: 'cancel', transaction: invite, cancel })
  }

  #isFull(request: SipRequest): boolean {
    const { size } = this.#servers
    return size >= this.#limit && (request.toTag === undefined || size >= 2 * this.#limit)
  }

  #startServer(key: string, request: SipRequest, flow: Flow): ServerRecord {
    const invite = request.method === 'INVITE'
    const transaction = newServer(
      invite ? 'invite-server' : 'non-invite-server',
      invite ? inviteServerMachine : nonInviteServerMachine,
      flat(key),
      request,
      flow,
      this.#timers,
    )
    this.#servers.set(transaction.key, transaction)
    return transaction
  }

  #input<Kind extends InputKind>(
    transaction: ClientRecord | ServerRecord,
    kind: Kind,
    input: Inputs[Kind],
    now: number,
    effects = nothing,
  ): readonly TransactionEffect[] {
    const over = transaction.state === 'terminated'
    // A record and its machine are of one side, which the compiler cannot know of a pair of fields.
    effects = step(transaction.machine as never, transaction, kind, input, now, effects)
    return over ? effects : this.#settle(transaction, now, effects)
  }

  /** Fires what is due, then brings queue and tables up to date. */
  #settle(
    transaction: ClientRecord | ServerRecord,
    now: number,
    effects: readonly TransactionEffect[],
  ): readonly TransactionEffect[] {
    effects = fire(transaction.machine as never, transaction, now, effects)
    const due = nextFiring(transaction)
    if (due !== transaction.dueAt) this.#deadlines.set(transaction, due)
    return transaction.state === 'terminated' ? this.#forget(transaction, effects) : effects
  }

  #forget(
    transaction: ClientRecord | ServerRecord,
    effects: readonly TransactionEffect[],
  ): readonly TransactionEffect[] {
    transaction.text = ''
    // Another one may have been sent with the same key since: it stays.
    if (transaction.kind === 'invite-client' || transaction.kind === 'non-invite-client') {
      this.#waiting.remove(transaction)
      if (this.#clients.get(transaction.key) === transaction) this.#clients.delete(transaction.key)
    } else {
      this.#servers.delete(transaction.key)
    }
    return and(effects, { kind: 'ended', transaction })
  }
}

/** The input that a response is, in the words of its figure. */
function inputOf(status: number, invite: boolean): '1xx' | '2xx' | '300-699' | '200-699' {
  if (status < 200) return '1xx'
  if (!invite) return '200-699'
  return status < 300 ? '2xx' : '300-699'
}

/** It has no final response yet. */
function isPending({ state }: ServerTransaction): boolean {
  return state === 'trying' || state === 'proceeding'
}

/** The answer to a CANCEL carries the same To tag (§9.2), and an RFC 2543 ACK is known by it. */
function rememberToTag(transaction: ServerRecord, response: SipResponse): void {
  // What comes behind the final response is not what the ACK is for.
  if (response.status === 100 || !isPending(transaction)) return
  const { toTag } = response
  if (toTag === undefined || toTag === transaction.toTag) return
  transaction.toTag = kept(toTag)
}

function nothingIfMalformed(error: unknown): readonly TransactionEffect[] {
  if (error instanceof SipError) return nothing
  throw error
}
