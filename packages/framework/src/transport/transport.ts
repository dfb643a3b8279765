/**
 * The interface of a transport: bytes to and from the network, in whole messages. A plugin may add one.
 * RFC 3261 §18
 */
import { type Socket } from 'node:net'
import { type Clock, type Log } from '../environment.js'
import { type SipError } from '../errors.js'
import {
  type Flow,
  type Hop,
  type LocalAddress,
  type Side,
  type TransportName,
} from '../message/flow.js'
import { type MessageLimits } from '../message/parse.js'
import { type SendQueues } from './send-queues.js'

/** What a listener may hold and how long it waits; each has a default with its reason in `limits.ts`. */
export interface TransportLimits {
  readonly message: MessageLimits
  /** Stream connections in all, and from one source address. */
  readonly connections: number
  readonly connectionsPerSource: number
  /** Accepted connections get no descriptor from this one on: what remains is for backends, names and files. */
  readonly descriptors: number
  /** From the first byte of a message to its last; bytes do not extend it. */
  readonly messageTimeoutMs: number
  /** Until the first byte of a new connection. */
  readonly firstByteTimeoutMs: number
  /** A connection that carried nothing for so long is closed. */
  readonly idleTimeoutMs: number
  readonly connectTimeoutMs: number
  /** Bytes that wait for one slow reader at most; sixteen times as many on a connection that we opened. */
  readonly sendQueueBytes: number
  /** Bytes that wait for all slow readers together, of all listeners: whoever makes it more is closed. */
  readonly allSendQueuesBytes: number
  /** Connected UDP sockets (one per destination, for ICMP errors) at most; the one unused for longest goes. */
  readonly udpDestinations: number
  /**
   * While datagrams come thick, native UDP waits so many milliseconds for more before it reads on: fuller batches, fewer
   * system calls. 0: never. A quiet socket is read at once.
   */
  readonly udpCoalesceMs: number
}

/** Who takes what a transport receives. */
export interface Receiver {
  /** One whole message, latin1. */
  received(text: string, flow: Flow): void
  /** A stream that can no longer be cut: what the receiver answers before it returns is sent, then the connection closes. */
  broken(error: SipError, text: string, flow: Flow): void
  /** Nothing gets to this hop: ICMP unreachable, refused, reset, connect timeout, failed handshake. */
  unreachable(hop: Hop, error: SipError): void
}

export interface ListenOptions {
  /** Numeric address, IPv6 without brackets. */
  readonly address: string
  /** 0 chooses a free one. */
  readonly port: number
  readonly advertise?: { readonly host: string; readonly port?: number }
  readonly zone?: string
  /** Bound by another process: taken over instead of binding; `address` and `port` say what it is. */
  readonly inherited?: Inherited
  readonly side?: Side
  readonly viaMark?: string
}

/** What a process gets from the one that started it. */
export type Inherited =
  /**
   * The descriptor of a bound UDP socket; `shared` if other processes have it too. With `held` nothing is received until
   * the `Reading` it is called with, once, begins; sending works from the start.
   */
  | {
      readonly kind: 'datagrams'
      readonly fd: number
      readonly shared: boolean
      readonly held?: (reading: Reading) => void
    }
  /** Connections that are accepted elsewhere; `take` is called once, with what wants them. */
  | { readonly kind: 'connections'; take(accepted: (socket: Socket) => void): void }

/** Whether a socket is read: what comes while nobody does waits in it. */
export interface Reading {
  begin(): void
  /** For good: another process reads it from now on. */
  end(): void
}

/** What a transport is given to work with. */
export interface TransportHost {
  readonly clock: Clock
  readonly log: Log
  readonly limits: TransportLimits
  /** One for all listeners. */
  readonly sendQueues: SendQueues
}

/** A bound socket and the connections and destinations behind it. */
export interface Listener {
  readonly local: LocalAddress
  /**
   * Sends a request. That the hop cannot be reached is told later, by `Receiver.unreachable`; returned is why
   * this one message can never be sent (SIPW_ERR_MESSAGE_TOO_LARGE), while others to the same hop can.
   */
  sendTo(hop: Hop, text: string): SipError | undefined
  /**
   * Sends a response on the flow that its request came by. False if that connection is gone: the caller then
   * sends it to where Via says (§18.2.2).
   */
  sendBack(flow: Flow, text: string): boolean
  /** Where a connection leads that the far end has opened, while it is up. Absent: there are none. */
  hopOf?(connection: number): Hop | undefined
  /** Live connections, for limits and metrics. */
  readonly connections: number
  /** Stops receiving, closes what is open. */
  close(): Promise<void>
}

export interface Transport {
  readonly name: TransportName
  readonly reliable: boolean
  /** The port of a URI without one. RFC 3261 §19.1.2 */
  readonly defaultPort: number
  /** What takes turns of the event loop before the first listener, such as loading code; may be called again. */
  prepare?(): Promise<void>
  /** Throws SIPW_ERR_LISTEN with address, port and the system's reason. */
  listen(options: ListenOptions, receiver: Receiver, host: TransportHost): Promise<Listener>
}
