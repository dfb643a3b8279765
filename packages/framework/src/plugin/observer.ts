/** Whoever looks at the messages themselves, as they stand on the wire: traces, capture for an analyser. RFC 3261 §18 */
import { type Flow, type LocalAddress } from '../message/flow.js'
import { type SipRequest } from '../message/message.js'

/** The far end of a message that was sent. */
export interface Recipient {
  /** Numeric, IPv6 without brackets. */
  readonly address: string
  readonly port: number
}

/**
 * Told of every message that comes in or goes out, retransmissions too, in order and at once: it must be quick and keeps what it
 * wants for later. What `onReceive` drops is not told. Texts are latin1; times are the app's clock.
 */
export interface MessageObserver {
  /** A whole message has come, before it is read. */
  received(text: string, flow: Flow, now: number): void
  /**
   * A message leaves. `callId`: of the request that it is a copy of, as its sender wrote it (a boundary may have given the copy
   * another); undefined for a response, and for a request of our own.
   */
  sent(
    text: string,
    local: LocalAddress,
    to: Recipient,
    callId: string | undefined,
    now: number,
  ): void
  /** A request outside a dialog goes to this handler (`LoadBalancer.invite`); undefined: there is none for its method. */
  routed?(request: SipRequest, handler: string | undefined, callId: string, now: number): void
}
