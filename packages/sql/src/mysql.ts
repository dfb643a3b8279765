/** MySQL and MariaDB by `mysql2`. */
import type { Connection } from 'mysql2/promise'
import { type Database, type Row, type SqlValue } from './database.js'
import { driver } from './driver.js'

const timeoutMs = 5_000

export function openMysql(url: string): Database {
  return new Mysql(url.replace(/^mariadb:/, 'mysql:'))
}

class Mysql implements Database {
  readonly #url: string
  #connection: Connection | undefined = undefined

  constructor(url: string) {
    this.#url = url
  }

  async query(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    const connection = (this.#connection ??= await this.#connect())
    try {
      const [rows] = await connection.query({ sql, values: [...values], timeout: timeoutMs })
      return rows as readonly Row[]
    } catch (error) {
      connection.destroy()
      this.#connection = undefined
      throw error
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
    await connection?.end().catch(() => undefined)
  }

  async #connect(): Promise<Connection> {
    const { createConnection } = await driver('mysql2', () => import('mysql2/promise'))
    const connection = await createConnection({ uri: this.#url, connectTimeout: timeoutMs })
    connection.on('error', () => (this.#connection = undefined))
    return connection
  }
}
