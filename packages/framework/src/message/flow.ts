/**
 * Where a message came from, and where one goes. A flow is a pair of transport addresses that
 * messages pass between (RFC 5626 §3.3); a hop is one answer of locating a server (RFC 3263 §4).
 */

/** The token of Via's sent-protocol: `UDP`, `TCP`, `TLS`, `WS`, `WSS`, or a plugin's. RFC 3261 §20.42 */
export type TransportName = string

/** One bound socket that requests come in by. */
export interface LocalAddress {
  readonly transport: TransportName
  readonly reliable: boolean
  /** Numeric, IPv6 without brackets. */
  readonly address: string
  readonly port: number
  /** What Via, Record-Route and Contact say instead, when it differs (NAT). IPv6 without brackets. */
  readonly advertisedHost: string
  readonly advertisedPort: number
  /** The operator's name for what lies behind this listener, such as `public` or `inside`. */
  readonly zone: string
  /** Which side of the proxy it serves, where listeners come in pairs; absent: both. */
  readonly side?: Side
  /** A Via parameter that tells which of several processes sent, where they share this address: `;w=2`. */
  readonly viaMark?: string
}

/** Callers come in by the one and are answered there; what we send on leaves by the other. */
export type Side = 'caller' | 'target'

/** Where a message came from. */
export interface Flow {
  readonly local: LocalAddress
  /** Numeric, IPv6 without brackets, IPv4-mapped IPv6 written as IPv4. */
  readonly remoteAddress: string
  readonly remotePort: number
  /** The connection of a stream transport; 0 for datagrams. */
  readonly connection: number
  /**
   * Who the peer is by its certificate, checked against a trusted authority: `sip:` URIs and DNS names without case. Absent:
   * nobody has proven anything. RFC 5922 §7.1
   */
  readonly peerNames?: readonly string[]
}

/** Where a message goes: numeric address, port and transport. */
export interface Hop {
  readonly transport: TransportName
  /** Numeric, IPv6 without brackets. */
  readonly address: string
  readonly port: number
  /** The name that was looked up: what a certificate must prove. RFC 5922 §7.2 */
  readonly host: string
  /** `UDP:10.0.0.1:5060`: equal for equal hops. */
  readonly key: string
  /** By this connection of the listener and by no other: the far end has opened it, and listens nowhere. RFC 5626 */
  readonly connection?: number
}

/** Builds a hop with its key. */
export function hop(transport: TransportName, address: string, port: number, host = address): Hop {
  return { transport, address, port, host, key: `${transport}:${address}:${port}` }
}
