import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sqlite from 'node-sqlite3-wasm'
import { databaseAt } from '#src/database.js'

let folder = ''
let file = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sipwright-sql-'))
  file = join(folder, 'some.db')
  const database = new sqlite.Database(file)
  database.exec("CREATE TABLE t (name TEXT, n INTEGER); INSERT INTO t VALUES ('a', 1), ('b''?', 2)")
  database.close()
})

afterEach(() => rm(folder, { recursive: true }))

test('a value stands for a question mark and is never read as SQL', async () => {
  const database = databaseAt(`sqlite:${file}`)
  const named = (name: string) => database.query('SELECT n FROM t WHERE name = ?', [name])
  expect(await named("b'?")).toEqual([{ n: 2 }])
  expect(await named("a' OR '1'='1")).toEqual([])
  expect(await database.query('SELECT count(*) AS n FROM t')).toEqual([{ n: 2 }])
})
