import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { VirtualClock } from '@sipwright/framework/testing'
import sqlite from 'node-sqlite3-wasm'
import { SqlSource } from '#src/source/sql-source.js'

let folder = ''
let file = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sipwright-sql-'))
  file = join(folder, 'kamailio.db')
  run(`CREATE TABLE dispatcher (id INTEGER PRIMARY KEY, setid INTEGER, destination TEXT, flags INTEGER,
    priority INTEGER, attrs TEXT, description TEXT)`)
})

afterEach(() => rm(folder, { recursive: true }))

function run(sql: string): void {
  const database = new sqlite.Database(file)
  database.exec(sql)
  database.close()
}

function source(strict = false): SqlSource {
  const options = { table: 'dispatcher', pollMs: 10_000, strict, clock: new VirtualClock() }
  return new SqlSource({ ...options, url: `sqlite:${file}` })
}

const rows = `INSERT INTO dispatcher VALUES
  (1, 1, 'sip:10.0.1.10:5060', 8, 10, 'weight=50;duid=fs1', 'first'),
  (2, 1, 'sip:10.0.1.11:5060', 0, 0, '', ''),
  (3, 2, 'sip:10.0.1.12', NULL, NULL, NULL, NULL)`

test("Kamailio's table is read as its list is: set, URI, flags, priority, attributes", async () => {
  run(rows)
  const { entries, faults } = await source().load()
  expect(faults).toEqual([])
  expect(entries).toMatchObject([
    {
      setId: '1',
      destination: { flags: 8, priority: 10, attrs: { weight: '50', duid: 'fs1' } },
    },
    { setId: '1', destination: { uri: 'sip:10.0.1.11:5060' } },
    { setId: '2', destination: { uri: 'sip:10.0.1.12', flags: 0, priority: 0 } },
  ])
})

test('4b.58: a bad row is left out and named by its id; strict refuses them all', async () => {
  run(rows)
  run(`INSERT INTO dispatcher VALUES (7, 1, 'nonsense', 0, 0, '', '')`)
  const { entries, faults } = await source().load()
  expect(entries).toHaveLength(3)
  expect(faults).toMatchObject([{ unit: 'row', line: 7, found: 'nonsense' }])
  await expect(source(true).load()).rejects.toMatchObject({
    code: 'SIPW_ERR_DISPATCHER_LIST',
    message: expect.stringContaining('row 7: found "nonsense"'),
  })
})

test('a missing table is told by the name of the database', async () => {
  run('DROP TABLE dispatcher')
  await expect(source().load()).rejects.toMatchObject({
    code: 'SIPW_ERR_DISPATCHER_SOURCE',
    message: expect.stringContaining('no such table'),
  })
})
