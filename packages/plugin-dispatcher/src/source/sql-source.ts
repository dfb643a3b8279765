/**
 * Kamailio's table `dispatcher`, version 4, in PostgreSQL, MySQL or MariaDB, or SQLite. It is asked at an interval, and on
 * PostgreSQL at once when somebody notifies. It is only read: nothing is ever made or written there.
 */
import { type Clock, SipError } from '@sipwright/framework'
import { type Database, databaseAt, reasonOf, type Row, withoutSecrets } from '@sipwright/sql'
import { Changes } from './changes.js'
import {
  type EntryFault,
  formatFault,
  type ListEntry,
  type ListFault,
  parseEntry,
} from './dispatcher-list.js'
import { type Revision, type Source } from './source.js'

/** Notifications on it make us look at once. */
const channel = 'sipwright_dispatcher'

export interface SqlSourceOptions {
  /** `postgres://user:password@host:port/database`, `mysql://…`, `sqlite:file.db` */
  readonly url: string
  readonly table: string
  readonly pollMs: number
  readonly strict: boolean
  readonly clock: Clock
}

export class SqlSource implements Source {
  readonly name: string
  readonly #options: SqlSourceOptions
  readonly #database: Database
  readonly #changes: Changes

  constructor(options: SqlSourceOptions) {
    this.name = withoutSecrets(options.url)
    this.#options = options
    this.#database = databaseAt(options.url)
    this.#changes = new Changes(options.clock, options.pollMs, async () => ({
      signature: signatureOf(await this.#rows()),
    }))
  }

  async load(): Promise<Revision> {
    const rows = await this.#changes.read(() => this.#rows())
    const revision = revisionOf(rows)
    const { faults, entries } = revision
    if (faults.length > 0 && (this.#options.strict || entries.length === 0)) {
      throw new SipError('SIPW_ERR_DISPATCHER_LIST', [
        this.name,
        faults.map(formatFault).join('; '),
      ])
    }
    this.#changes.seen(signatureOf(rows))
    return revision
  }

  watch(changed: () => void): void {
    this.#changes.begin(changed)
    this.#database.listen?.(channel, () => this.#changes.now())
  }

  async close(): Promise<void> {
    this.#changes.end()
    await this.#database.close()
  }

  #rows(): Promise<readonly Row[]> {
    return rowsOf(this.#database, this.name, this.#options.table)
  }
}

function revisionOf(rows: readonly Row[]): Revision {
  const entries: ListEntry[] = []
  const faults: ListFault[] = []
  rows.forEach((row, index) => {
    const line = Number(row['id'] ?? index + 1)
    const entry = entryOfRow(row)
    if ('expected' in entry) faults.push({ unit: 'row', line, ...entry })
    else entries.push(entry)
  })
  return { entries, faults }
}

/** One destination, or what is wrong with its row. */
export function entryOfRow(row: Row): ListEntry | EntryFault {
  const attrs = text(row['attrs'])
  const fields = [row['setid'], row['destination'], row['flags'] ?? 0, row['priority'] ?? 0]
  return parseEntry([...fields.map(text), ...(attrs === '' ? [] : [attrs])])
}

/** All rows of a table, once, by set and id. Throws SIPW_ERR_DISPATCHER_SOURCE, SIPW_ERR_SQL_DRIVER. */
export async function readTable(url: string, table: string): Promise<readonly Row[]> {
  const database = databaseAt(url)
  try {
    return await rowsOf(database, withoutSecrets(url), table)
  } finally {
    await database.close()
  }
}

async function rowsOf(database: Database, name: string, table: string): Promise<readonly Row[]> {
  try {
    return await database.query(
      `SELECT id, setid, destination, flags, priority, attrs FROM ${table} ORDER BY setid, id`,
    )
  } catch (cause) {
    throw new SipError('SIPW_ERR_DISPATCHER_SOURCE', [name, reasonOf(cause)], { cause })
  }
}

function text(value: unknown): string {
  if (typeof value === 'string') return value.trim()
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : ''
}

function signatureOf(rows: readonly Row[]): string {
  return JSON.stringify(rows, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
}
