/** What is remembered of a call: messages as they were, and what was decided between them. */
import { type LocalAddress } from '@sipwright/framework'

export interface KeptMessage {
  readonly kind: 'message'
  /** Of the app's clock. */
  readonly at: number
  readonly outward: boolean
  /** latin1, with its secrets. */
  readonly text: string
  readonly local: LocalAddress
  readonly address: string
  readonly port: number
}

export type DecisionKind = 'handler' | 'selected' | 'failover' | 'answered-here' | 'ended'

/** Plain data. */
export type Detail = Readonly<Record<string, unknown>>

export interface Decision {
  readonly kind: 'decision'
  readonly at: number
  readonly what: DecisionKind
  /** `pick: round-robin fs1` */
  readonly text: string
  readonly detail: Detail
}

export type KeptEntry = KeptMessage | Decision

/** `udp:10.0.0.1:5060`, `tls:[::1]:5061` */
export function formatPlace(transport: string, address: string, port: number): string {
  const host = address.includes(':') ? `[${address}]` : address
  return `${transport.toLowerCase()}:${host}:${port}`
}
