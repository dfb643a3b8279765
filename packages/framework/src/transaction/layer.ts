/**
 * The transaction layer: the floor's only door. It matches messages to transactions (§17.1.3, §17.2.3),
 * steps their machines, and returns what is to be done. It owns no clock and no socket.
 */
import { type SipError } from '../errors.js'
import { type Flow, type Hop } from '../message/flow.js'
import { type SipRequest, type SipResponse } from '../message/message.js'
import { type Deadlines, type Timed } from './deadlines.js'
import { type Timers } from './timers.js'

/** One transaction as the floors above see it: fixed, flat fields (the machines' own are added here). */
export interface ServerTransaction extends Timed {
  readonly kind: 'invite-server' | 'non-invite-server'
  readonly state: string
  readonly request: SipRequest
  readonly flow: Flow
  /** What the floor above hangs on it: the request's own context. */
  user: unknown
}

export interface ClientTransaction extends Timed {
  readonly kind: 'invite-client' | 'non-invite-client'
  readonly state: string
  readonly request: SipRequest
  readonly hop: Hop
  /** Over which listener and connection it left: responses are accepted from nowhere else. */
  readonly reliable: boolean
  /** What the floor above hangs on it: the branch. */
  user: unknown
}

export type Transaction = ServerTransaction | ClientTransaction

/** What the shell has to do after an input. */
export type TransactionEffect =
  /** Bytes of a request leave for the hop of its transaction. */
  | { readonly kind: 'sendRequest'; readonly text: string; readonly transaction: ClientTransaction }
  /** Bytes of a response leave on the flow of its transaction. §18.2.2 */
  | {
      readonly kind: 'sendResponse'
      readonly text: string
      readonly transaction: ServerTransaction
    }
  /** A new request, for the transaction user. Retransmissions never get here. */
  | { readonly kind: 'request'; readonly transaction: ServerTransaction }
  /** An ACK that belongs to no transaction: the one for a 2xx. */
  | { readonly kind: 'ack'; readonly request: SipRequest; readonly flow: Flow }
  /** A CANCEL (already answered 200) for this INVITE transaction. §9.2 */
  | {
      readonly kind: 'cancel'
      readonly transaction: ServerTransaction
      readonly cancel: SipRequest
    }
  /** A response for the transaction user, our Via still on top. */
  | {
      readonly kind: 'response'
      readonly transaction: ClientTransaction
      readonly response: SipResponse
    }
  /** Timer B or F fired: as a 408. §16.8 */
  | { readonly kind: 'timeout'; readonly transaction: ClientTransaction }
  /** As a 503. §16.9 */
  | {
      readonly kind: 'transportError'
      readonly transaction: ClientTransaction
      readonly error: SipError
    }
  /** A response that matches nothing: dropped and counted, never forwarded. RFC 6026 §8.9 */
  | { readonly kind: 'stray'; readonly response: SipResponse; readonly flow: Flow }
  /** The transaction is gone from the tables. */
  | { readonly kind: 'ended'; readonly transaction: Transaction }

export declare class TransactionLayer {
  constructor(timers: Timers, deadlines: Deadlines<Timed>)
  /** Live transactions, for limits, metrics and tests. */
  readonly servers: number
  readonly clients: number
  /** A request came in. The caller has put `received` and `rport` into its Via (§18.2.1, RFC 3581 §4). */
  receiveRequest(request: SipRequest, flow: Flow, now: number): TransactionEffect[]
  receiveResponse(response: SipResponse, flow: Flow, now: number): TransactionEffect[]
  /** Starts a client transaction: INVITE or not is read from the method. `user` is hung on it before anything happens. */
  send(
    request: SipRequest,
    hop: Hop,
    options: { reliable: boolean; user: unknown },
    now: number,
  ): TransactionEffect[]
  /**
   * The transaction user answers: provisional or final. A 2xx to an INVITE is sent whatever the state
   * (§16.7 step 5: every 2xx is forwarded), other answers only where the machine's figure has an arrow.
   */
  respond(transaction: ServerTransaction, response: SipResponse, now: number): TransactionEffect[]
  /**
   * The transaction user gave up waiting for this target (no response in its time): nothing is resent any
   * more, a late response is still delivered. §16.8, RFC 3263 §4.3
   */
  abandon(transaction: ClientTransaction, now: number): TransactionEffect[]
  /** Ends a server transaction without an answer: a non-INVITE that nobody answered in time. RFC 4320 §4.2 */
  drop(transaction: ServerTransaction, now: number): TransactionEffect[]
  /** This hop cannot be reached (ICMP, refused, reset): every transaction to it that has had no response fails. */
  hopFailed(hopKey: string, error: SipError, now: number): TransactionEffect[]
  /** One client transaction could not be sent. */
  sendFailed(transaction: ClientTransaction, error: SipError, now: number): TransactionEffect[]
  /** `deadlines` yielded this transaction: its due timers fire. */
  runTimers(transaction: Transaction, now: number): TransactionEffect[]
}
