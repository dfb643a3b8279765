/**
 * The outermost edge of a proxy: what a plugin sees first of a message that comes, and last of one that leaves. Everything
 * in between (routes, other plugins, the transaction's memory) works with the message as the boundary has it: whoever hides
 * names or translates addresses does it here. RFC 3261 §16.3 to §16.7
 */
import { type Hop, type LocalAddress } from '../message/flow.js'
import { type SipRequest, type SipResponse } from '../message/message.js'
import { type Source } from './context.js'

/** A request that has just come, ACKs too, our Route still on it. */
export interface ArrivingRequest {
  /** Edits are allowed; its sender's responses carry From, To, Call-ID and Via as it wrote them. */
  readonly request: SipRequest
  readonly source: Source
  /**
   * Outside a dialog: it goes where its Route and Request-URI say, and not through the routes. For a place that we gave out
   * ourselves and know again; whoever sets it vouches for that.
   */
  addressed: boolean
}

/** A copy that is about to leave: located, our Record-Route on it, our Via not yet. */
export interface DepartingRequest {
  /** Edits touch this copy only. Vias may be removed: they stand in its responses again. */
  readonly request: SipRequest
  /** What it is a copy of. */
  readonly incoming: SipRequest
  readonly source: Source
  readonly hop: Hop
  /** Of the hop. */
  readonly zone: string
  /** What it leaves by. */
  readonly local: LocalAddress
}

/** A response that has just come for a copy: our Via taken off; From, To, Call-ID and the other Vias as in `request`. */
export interface ArrivingResponse {
  readonly response: SipResponse
  /** What it answers, as we have it. */
  readonly request: SipRequest
  readonly source: Source
  /** Of the hop that the copy went to. */
  readonly zone: string
}

/** A response that goes to the sender of a request now; what the others know of it is not changed any more. */
export interface DepartingResponse {
  readonly response: SipResponse
  /** What it answers, as we have it. */
  readonly request: SipRequest
  /** Who sent it, and is answered. */
  readonly source: Source
  /** The zone that the response came from; undefined for an answer that was made here. */
  readonly zone: string | undefined
}

/** Where messages enter and leave. A boundary that throws lets nothing through: better no message than one that tells. */
export interface Boundary {
  /** A status refuses the request; an ACK is dropped then. */
  requestArrives?(ctx: ArrivingRequest): number | undefined
  requestDeparts?(ctx: DepartingRequest): void
  responseArrives?(ctx: ArrivingResponse): void
  responseDeparts?(ctx: DepartingResponse): void
}
