/** PostgreSQL by `pg`: one connection for questions, one that listens for `NOTIFY`. */
import type { Client } from 'pg'
import { type Database, type Row, type SqlValue } from './database.js'
import { driver } from './driver.js'

const timeoutMs = 5_000
const reconnectMs = 1_000

export function openPostgres(url: string): Database {
  return new Postgres(url)
}

class Postgres implements Database {
  readonly #url: string
  #client: Client | undefined = undefined
  #listener: Client | undefined = undefined
  #reconnect: NodeJS.Timeout | undefined = undefined
  #closed = false

  constructor(url: string) {
    this.#url = url
  }

  async query(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    const client = (this.#client ??= await this.#connect(() => (this.#client = undefined)))
    try {
      return (await client.query<Record<string, unknown>>(numbered(sql), [...values])).rows
    } catch (error) {
      // Whether it was the question or the connection: the next question has a new one.
      client.end().catch(() => undefined)
      this.#client = undefined
      throw error
    }
  }

  listen(channel: string, notified: () => void): void {
    if (this.#closed) return
    let lost = false
    const again = (): void => {
      if (lost || this.#closed) return
      lost = true
      this.#listener = undefined
      // Who looks now finds out whether it is gone.
      notified()
      this.#reconnect = setTimeout(() => this.listen(channel, notified), reconnectMs)
      this.#reconnect.unref()
    }
    this.#connect(again).then(
      async (client) => {
        if (this.#closed) return void client.end().catch(() => undefined)
        this.#listener = client
        client.on('notification', notified)
        try {
          await client.query(`LISTEN ${channel}`)
          // What was notified while nobody listened.
          notified()
        } catch {
          again()
        }
      },
      () => again(),
    )
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#reconnect)
    const clients = [this.#client, this.#listener].filter((each) => each !== undefined)
    this.#client = this.#listener = undefined
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
  }

  async #connect(lost: () => void): Promise<Client> {
    const { default: pg } = await driver('pg', () => import('pg'))
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
      application_name: 'sipwright',
    })
    client.on('error', lost)
    client.on('end', lost)
    await client.connect()
    return client
  }
}

/** `?` as PostgreSQL writes it: `$1`, `$2` … */
function numbered(sql: string): string {
  let count = 0
  return sql.replace(/\?/g, () => `$${String(++count)}`)
}
