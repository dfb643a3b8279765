/** What tells of destinations besides the configuration: a file, a database, a web server, DNS. */
import { type ListEntry, type ListFault } from './dispatcher-list.js'

/** All that a source says at one moment. */
export interface Revision {
  readonly entries: readonly ListEntry[]
  /** What could not be understood, and is left out. */
  readonly faults: readonly ListFault[]
}

export interface Source {
  /** For logs and status: never a password. `postgres://db.example.com/kamailio` */
  readonly name: string
  /** Reads it anew. Rejects with SIPW_ERR_DISPATCHER_FILE or SIPW_ERR_DISPATCHER_SOURCE. */
  load(): Promise<Revision>
  /** Begins to look for changes; `changed` is called for each, until `close`. What goes wrong meanwhile `load` tells. */
  watch(changed: () => void): void
  close(): Promise<void>
}

/** How a source is, for the operator. */
export interface SourceStatus {
  readonly name: string
  /** `failing`: what it said last holds on. */
  readonly state: 'ok' | 'failing'
  /** Milliseconds of the app's clock. */
  readonly since: number
  /** Why it fails. */
  readonly reason: string | undefined
  /** Destinations that it names. */
  readonly entries: number
}
