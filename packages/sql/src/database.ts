/** One way to a database, whichever it is. Drivers are optional: each is loaded when a database of its kind is asked. */
import { openMysql } from './mysql.js'
import { openPostgres } from './postgres.js'
import { openSqlite } from './sqlite.js'

/** One row, as drivers give it. */
export type Row = Readonly<Record<string, unknown>>

/** What may stand for a `?`. */
export type SqlValue = string | number

/** For one question after the other, or several at once. */
export interface Database {
  /** Opens it first where it must; each `?` stands for a value. Rejects with SIPW_ERR_SQL_DRIVER, or what the driver says. */
  query(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>
  /** Calls back for each notification on a channel, as long as it can; absent where the database has none. */
  listen?(channel: string, notified: () => void): void
  close(): Promise<void>
}

/** The database of `postgres://…`, `mysql://…`, `mariadb://…` or `sqlite:<file>`; connects when it is asked. */
export function databaseAt(url: string): Database {
  if (url.startsWith('sqlite:')) return openSqlite(url.slice('sqlite:'.length))
  return url.startsWith('postgres') ? openPostgres(url) : openMysql(url)
}
