/**
 * What a transaction remembers, and what it makes the shell do. RFC 3261 §17
 *
 * There is one record for both client machines and one for both server machines: flat, with every field
 * set from the beginning, so that the thousands that are alive cost little and the hot path sees two shapes.
 */
import { type SipError } from '../errors.js'
import { type Flow, type Hop } from '../message/flow.js'
import { type SipRequest, type SipResponse } from '../message/message.js'
import { type Timed } from './deadlines.js'
import { type Machine } from './machine.js'
import { type Timers } from './timers.js'
import { type HopQueue } from './waiting.js'

/** A server transaction as the floors above see it. §17.2 */
export interface ServerTransaction extends Timed {
  readonly kind: 'invite-server' | 'non-invite-server'
  readonly state: string
  /** Undefined once it has its final response: only its bytes are needed from then on. */
  readonly request: SipRequest | undefined
  readonly flow: Flow
  /** What the floor above hangs on it: the request's own context. */
  user: unknown
}

/** A client transaction as the floors above see it. §17.1 */
export interface ClientTransaction extends Timed {
  readonly kind: 'invite-client' | 'non-invite-client'
  readonly state: string
  /** Undefined once the final response has come: nothing is made of it any more. */
  readonly request: SipRequest | undefined
  /** Where it left for: responses are accepted from no other address. */
  readonly hop: Hop
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
      /** What the text was made of; undefined when it leaves again. */
      readonly response: SipResponse | undefined
    }
  /** A new request, for the transaction user. Retransmissions never get here. */
  | { readonly kind: 'request'; readonly transaction: ServerTransaction }
  /** An ACK that belongs to no failed INVITE: the one for a 2xx. */
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
  /** A new request that found the table full: it has no transaction and deserves a 503. */
  | { readonly kind: 'overload'; readonly request: SipRequest; readonly flow: Flow }
  /** The transaction is gone from the tables. */
  | { readonly kind: 'ended'; readonly transaction: Transaction }

/** What every machine works on. The two timers are the one that resends and the one that ends the state. */
export interface Stepped extends Timed {
  state: string
  readonly reliable: boolean
  readonly timers: Timers
  /** When the resending timer of this state fires; Infinity if none runs. */
  resendAt: number
  /** Its present interval. */
  resendAfter: number
  /** When the other timer of this state fires; Infinity if none runs. */
  endAt: number
}

/** The record behind a `ClientTransaction`. */
export interface ClientRecord extends ClientTransaction, Stepped {
  state: string
  request: SipRequest | undefined
  /** Of its request. */
  readonly method: string
  readonly reliable: boolean
  readonly machine: Machine<string, ClientRecord>
  readonly key: string
  /** The bytes that may have to be sent again: the request's, then those of the ACK for a failure. */
  text: string
  /** Neighbours and queue in the index of those that have heard nothing yet. */
  queue: HopQueue | undefined
  previous: ClientRecord | undefined
  next: ClientRecord | undefined
}

/** The record behind a `ServerTransaction`. */
export interface ServerRecord extends ServerTransaction, Stepped {
  state: string
  request: SipRequest | undefined
  readonly machine: Machine<string, ServerRecord>
  readonly key: string
  /** The last response's bytes while they may have to be sent again. */
  text: string
  /** The To tag of the responses so far. */
  toTag: string | undefined
}

/** A client transaction before its first arrow. */
export function newClient(
  kind: ClientTransaction['kind'],
  machine: Machine<string, ClientRecord>,
  key: string,
  request: SipRequest,
  hop: Hop,
  reliable: boolean,
  timers: Timers,
  user: unknown,
): ClientRecord {
  return {
    kind,
    machine,
    key,
    request,
    method: request.method,
    hop,
    reliable,
    timers,
    user,
    state: 'new',
    dueAt: Infinity,
    place: -1,
    resendAt: Infinity,
    resendAfter: Infinity,
    endAt: Infinity,
    text: '',
    queue: undefined,
    previous: undefined,
    next: undefined,
  }
}

/** A server transaction before its first arrow. */
export function newServer(
  kind: ServerTransaction['kind'],
  machine: Machine<string, ServerRecord>,
  key: string,
  request: SipRequest,
  flow: Flow,
  timers: Timers,
): ServerRecord {
  return {
    kind,
    machine,
    key,
    request,
    flow,
    reliable: flow.local.reliable,
    timers,
    user: undefined,
    state: 'new',
    dueAt: Infinity,
    place: -1,
    resendAt: Infinity,
    resendAfter: Infinity,
    endAt: Infinity,
    text: '',
    toTag: undefined,
  }
}
