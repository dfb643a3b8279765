/** Who has changed what, when, why, and from what to what: a line in the log, and the last ones at hand. */
import { type Log } from '@sipwright/framework'
import { type Principal } from './access/scope.js'
import { type Times } from './times.js'

export interface AuditEntry {
  readonly id: number
  /** A date. */
  readonly at: string
  readonly who: string
  readonly by: Principal['by']
  /** The address that it came from. */
  readonly source: string
  /** `destination.drain`, `bans.lift` … */
  readonly action: string
  /** What it was done to: `1/fs1`. */
  readonly target: string
  readonly before: unknown
  readonly after: unknown
  readonly reason: string | null
  readonly outcome: 'done' | 'refused'
  /** Why it was refused. */
  readonly error: string | null
}

/** Entries at hand; older ones stand in the log. */
const kept = 1_000

export class Audit {
  readonly #log: Log
  readonly #times: Times
  readonly #entries: AuditEntry[] = []
  readonly #listeners = new Set<(entry: AuditEntry) => void>()
  #last = 0

  constructor(log: Log, times: Times) {
    this.#log = log
    this.#times = times
  }

  record(entry: Omit<AuditEntry, 'id' | 'at'>): AuditEntry {
    const recorded = { id: ++this.#last, at: this.#times.date(), ...entry }
    this.#entries.push(recorded)
    if (this.#entries.length > kept) this.#entries.shift()
    this.#log.info({ audit: recorded }, 'changed by an operator')
    for (const listener of this.#listeners) listener(recorded)
    return recorded
  }

  /** Newest first, those before `before`. */
  list(limit: number, before = Infinity): readonly AuditEntry[] {
    return this.#entries
      .filter(({ id }) => id < before)
      .slice(-limit)
      .reverse()
  }

  onEntry(listener: (entry: AuditEntry) => void): void {
    this.#listeners.add(listener)
  }
}
