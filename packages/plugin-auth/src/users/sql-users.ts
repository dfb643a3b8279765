/** Kamailio's table `subscriber`, version 7: user by user, when one is asked for. It is only read. */
import { SipError } from '@sipwright/framework'
import { type Database, databaseAt, reasonOf, type Row, withoutSecrets } from '@sipwright/sql'
import { type DigestAlgorithm } from '../digest/algorithm.js'
import { type AccountInput, isHa1 } from './account.js'
import { type UserSource } from './lookups.js'

export interface SqlUsersOptions {
  /** `postgres://user:password@host:port/database`, `mysql://…`, `sqlite:file.db` */
  readonly url: string
  readonly table: string
  /** Only rows whose `domain` is the realm. */
  readonly useDomain: boolean
}

export class SqlUsers implements UserSource {
  readonly name: string
  readonly #options: SqlUsersOptions
  readonly #database: Database

  constructor(options: SqlUsersOptions) {
    this.name = withoutSecrets(options.url)
    this.#options = options
    this.#database = databaseAt(options.url)
  }

  /** Rejects with SIPW_ERR_AUTH_USERS. `alice@example.com` is looked for by name and domain. */
  async find(user: string, realm: string): Promise<AccountInput | undefined> {
    const { table, useDomain } = this.#options
    const at = user.lastIndexOf('@')
    const name = at < 0 ? user : user.slice(0, at)
    const domain = at < 0 ? realm : user.slice(at + 1)
    const rows = await this.#rows(
      `SELECT domain, password, ha1, ha1b FROM ${table} WHERE username = ?`,
      name,
    )
    const row =
      rows.find((each) => text(each['domain']).toLowerCase() === domain.toLowerCase()) ??
      (useDomain || at >= 0 ? undefined : rows[0])
    return row === undefined ? undefined : accountOfRow(row, at >= 0)
  }

  /** Asks for nobody, so that a wrong URL or table is told at the start. */
  async check(): Promise<void> {
    await this.find('', '')
  }

  async close(): Promise<void> {
    await this.#database.close()
  }

  async #rows(sql: string, name: string): Promise<readonly Row[]> {
    try {
      return await this.#database.query(sql, [name])
    } catch (cause) {
      if (cause instanceof SipError) throw cause
      throw new SipError('SIPW_ERR_AUTH_USERS', [this.name, reasonOf(cause)], { cause })
    }
  }
}

/** `ha1b` is the hash for who names himself with his domain. A password, where there is one, serves every algorithm. */
function accountOfRow(row: Row, withDomain: boolean): AccountInput {
  const hash = text(row[withDomain ? 'ha1b' : 'ha1'])
  const password = text(row['password'])
  const algorithm = (['MD5', 'SHA-256'] satisfies DigestAlgorithm[]).find((each) =>
    isHa1(hash, each),
  )
  return {
    ...(password !== '' && { password }),
    ...(algorithm !== undefined && { ha1: { [algorithm]: hash } }),
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
