/** How an app is at one moment, as a plugin sees it: for health checks and metrics, read when somebody asks. */
import { type LocalAddress } from '../message/flow.js'

/** What a plugin has counted since the start: plain numbers by what became of each. */
export interface PluginCounters {
  /** `hep_packets`: small letters, digits and `_`. */
  readonly name: string
  /** One sentence. */
  readonly help: string
  readonly values: Readonly<Record<string, number>>
}

export interface Figures {
  /** Plain numbers since the start, by the names of `Counters`; `requestsRepeated`: that came once more. */
  readonly counters: Readonly<Record<string, number>>
  /** Server transactions that are alive. */
  readonly serverTransactions: number
  /** Client transactions that are alive. */
  readonly clientTransactions: number
  /** What plugins count by `host.addCounters`. */
  readonly plugins: readonly PluginCounters[]
  /** What is bound. */
  readonly listeners: readonly LocalAddress[]
  /** New requests outside a dialog are refused: the app is about to stop. */
  readonly draining: boolean
}
