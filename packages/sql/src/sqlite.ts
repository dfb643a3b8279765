/** SQLite by `node-sqlite3-wasm`: WebAssembly that reads the file itself, so nothing is compiled. Opened for each question. */
import { type Database, type Row, type SqlValue } from './database.js'
import { driver } from './driver.js'

export function openSqlite(file: string): Database {
  return {
    async query(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
      const { default: sqlite } = await driver(
        'node-sqlite3-wasm',
        () => import('node-sqlite3-wasm'),
      )
      const database = new sqlite.Database(file, { fileMustExist: true, readOnly: true })
      try {
        return database.all(sql, [...values])
      } finally {
        database.close()
      }
    },
    async close() {
      await Promise.resolve()
    },
  }
}
