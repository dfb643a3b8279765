/** What one probe has found out about one destination. */
import { sipSignal } from './health.js'

export interface Finding {
  /** Which kind of probe it was: `sip`, `http`, or the name of one's own. */
  readonly signal: string
  /**
   * `up` and `failed` count, by the thresholds of the destination. `busy` and `down` hold at once: the destination has said so
   * itself.
   */
  readonly state: 'up' | 'failed' | 'busy' | 'down'
  readonly reason: string
  /** Of its weight, the part that it says it can bear, 0 to 100; default 100. */
  readonly percent?: number | undefined
  /** A busy one that is not asked again is active after so many milliseconds. */
  readonly forMs?: number | undefined
  /** How long two further results may take to come; default: of SIP probes. */
  readonly recheckMs?: number | undefined
}

export function sipFinding(state: 'up' | 'failed', reason: string): Finding {
  return { signal: sipSignal, state, reason }
}
