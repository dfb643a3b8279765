/** What is written of a call. */

export interface CallAttempt {
  readonly destination: string
  readonly uri: string
  /** Its final answer, or the 408 or 503 that stands for none; null: it was given up before. */
  readonly status: number | null
}

/** Who ended it; `edge`: refused here, or nobody could take it. `unknown`: nobody saw its end. */
export type HangUp = 'caller' | 'callee' | 'edge' | 'unknown'

export interface CallRecord {
  readonly callId: string
  /** URIs of From and To, and the Request-URI. */
  readonly from: string
  readonly to: string
  readonly uri: string
  /** `udp:192.0.2.1:5060` */
  readonly source: string
  readonly set: string | null
  /** Where it went last. */
  readonly destination: string | null
  readonly attempts: readonly CallAttempt[]
  readonly status: number | null
  readonly hungUpBy: HangUp
  readonly invitedAt: string
  readonly ringingAt: string | null
  readonly answeredAt: string | null
  readonly endedAt: string
  /** From answer to end; 0 for a call that was not answered. */
  readonly durationMs: number
}
