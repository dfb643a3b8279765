/** What a handler is given: one request, or one thing that happened to it. */
import { type SipError } from '../errors.js'
import { type Flow } from '../message/flow.js'
import { type SipRequest, type SipResponse } from '../message/message.js'
import { type Via } from '../message/via.js'
import { type Branch, type FailureCause, type RelayOptions } from '../proxy/proxy-context.js'
import { type Target, type TargetSource } from '../proxy/target.js'
import { type ContextKey } from './context-key.js'
import { type Handled } from './handled.js'

/** Where the request came from. */
export interface Source {
  /** Numeric, IPv6 without brackets. */
  readonly address: string
  readonly port: number
  readonly transport: string
  /** The zone of the listener, or the one that the address belongs to. */
  readonly zone: string
  /** What the peer's certificate has proven; empty for most. */
  readonly peerNames: readonly string[]
  readonly flow: Flow
}

/** Header fields of a response; several values are several lines, as challenges must be. RFC 3261 §7.3.1 */
export type ReplyHeaders = Readonly<Record<string, string | readonly string[]>>
/** A Request-URI as text, or a target with its role. */
export type TargetLike = string | Target

/** A new request before anything is kept of it. */
export interface AdmissionContext {
  readonly request: SipRequest
  readonly source: Source
  /** Milliseconds of the app's clock, read once for this input. */
  readonly now: number
  /** Size of the message. */
  readonly bytes: number
}

/** What becomes of it: it is admitted, dropped without a word, or refused with one response, of which nothing is kept. */
export type Admission =
  undefined | 'drop' | { readonly status: number; readonly headers?: ReplyHeaders }

/** What every kind of context offers. */
export interface AnyContext {
  /** The request as it came, with the edits that handlers made. */
  readonly request: SipRequest
  readonly source: Source
  /** Milliseconds of the app's clock, read once for this input. */
  readonly now: number
  /**
   * Within a dialog: the marks of the targets that its first request was sent to (`Target.mark`), which our Record-Route
   * has carried, signed. Nearly always one; two where a call came by here twice. Empty outside a dialog.
   */
  readonly dialogMarks: readonly string[]
  /** We stay in the path of the dialog that this request opens: `recordRoute` was called. */
  readonly recordRouted: boolean
  /** The value of a slot; throws SIPW_ERR_CONTEXT_KEY_MISSING if no middleware has set it. */
  get<T>(key: ContextKey<T>): T
  /** The value of a slot, or undefined. */
  peek<T>(key: ContextKey<T>): T | undefined
  set<T>(key: ContextKey<T>, value: T): void
}

/** The ways on from a request that has no final answer yet. */
export interface Answering extends AnyContext {
  /** Answers with a final response. */
  reply(status: number, headers?: ReplyHeaders): Handled
  /** Tries targets one after the other until one accepts. */
  relay(targets: TargetLike | readonly TargetLike[] | TargetSource, options?: RelayOptions): Handled
  /** Tries all targets at once; the first 2xx wins. */
  fork(targets: readonly TargetLike[], options?: RelayOptions): Handled
  /** Ends the request without an answer. */
  drop(): Handled
  /** Fires when the caller hangs up. */
  readonly signal: AbortSignal
}

export interface RequestContext extends Answering {
  /**
   * Answers with a final response of 300 or more in one packet, and keeps nothing: who sent the request has not proven that it
   * is there, so nothing is sent again. Each copy of the request is handled anew. RFC 3261 §8.2.7
   */
  refuse(status: number, headers?: ReplyHeaders): Handled
  /**
   * Gives an INVITE up that has no final answer yet, as if its caller had hung up: its branches are cancelled, he gets 487. At
   * any time, by anybody. False: it has been answered, or given up before.
   */
  hangUp(): boolean
  /** A provisional response: 101–199. */
  progress(status: number, headers?: ReplyHeaders): void
  /** Stay in the path of the dialog. §16.6 step 4 */
  recordRoute(): void
  /** The Request-URI names this proxy: one of its addresses, or a domain that it answers for. */
  readonly isForUs: boolean
  /** Goes where Route and Request-URI say. */
  relayAsRouted(options?: RelayOptions): Handled
}

/** One attempt that has failed finally (300–699, silence, or the transport), to look at. */
export interface AttemptContext extends AnyContext {
  readonly branch: Branch
  readonly cause: FailureCause
  /** The answer of the attempt that just ended: the target's own, or the 408 or 503 that stands for it. */
  readonly response: SipResponse
  /** No response came in time. */
  readonly timedOut: boolean
  /** The transport's reason, if it failed. */
  readonly error: SipError | undefined
}

/** One attempt has failed: how to go on. Never for a call that the caller gave up. */
export interface FailureContext extends Answering, AttemptContext {
  /** What `forward()` would send. */
  readonly best: SipResponse
  /** Tries the next target of the same relay, with its options; with none left, forwards. */
  relayNext(): Handled
  /** Lets the best response go to the caller. */
  forward(): Handled
}

/** A response of one branch, before it is chosen or passed on; edits are allowed. */
export interface ResponseContext extends AnyContext {
  readonly branch: Branch
  readonly response: SipResponse
  /** Our Via as it came back, for a target with `viaParams`; undefined for any other. */
  readonly ourVia: Via | undefined
}

/** The copy that leaves for one target; `request` is that copy, edits touch this branch only. */
export interface BranchContext extends AnyContext {
  /** What it is a copy of. */
  readonly incoming: SipRequest
  /** Undefined for an ACK. */
  readonly branch: Branch | undefined
  readonly index: number
  readonly target: Target | undefined
}

/** The caller hung up; the CANCEL has been answered. */
export interface CancelContext extends AnyContext {
  readonly cancel: SipRequest
}

/** What goes to the caller, whoever made it; edits are allowed. */
export interface ReplyContext extends AnyContext {
  readonly response: SipResponse
  /** Undefined for an answer that was made here. */
  readonly branch: Branch | undefined
}

/** The request is over. */
export interface DoneContext extends AnyContext {
  /** The final status that went to the caller; undefined if none did. */
  readonly status: number | undefined
  readonly branches: readonly Branch[]
}
