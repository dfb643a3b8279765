import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sqlite from 'node-sqlite3-wasm'
import { SqlUsers } from '#src/users/sql-users.js'

let folder = ''
let file = ''
const [one, two] = ['1'.repeat(32), '2'.repeat(64)]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sipwright-users-'))
  file = join(folder, 'kamailio.db')
  const database = new sqlite.Database(file)
  // Version 7, as kamdbctl makes it.
  database.exec(`CREATE TABLE subscriber (id INTEGER PRIMARY KEY NOT NULL, username VARCHAR(64) DEFAULT '' NOT NULL,
    domain VARCHAR(64) DEFAULT '' NOT NULL, password VARCHAR(64) DEFAULT '' NOT NULL,
    ha1 VARCHAR(128) DEFAULT '' NOT NULL, ha1b VARCHAR(128) DEFAULT '' NOT NULL);
    INSERT INTO subscriber VALUES (1, 'alice', 'a.example', '', '${one}', '${two}');
    INSERT INTO subscriber VALUES (2, 'alice', 'b.example', 'secret', '', '');`)
  database.close()
})

afterEach(() => rm(folder, { recursive: true }))

const users = (useDomain = false): SqlUsers =>
  new SqlUsers({ url: `sqlite:${file}`, table: 'subscriber', useDomain })

test("Kamailio's table: hash or password, the row of the realm before any other", async () => {
  expect(await users().find('alice', 'a.example')).toEqual({ ha1: { MD5: one } })
  expect(await users().find('alice', 'B.example')).toEqual({ password: 'secret' })
  expect(await users().find('alice', 'c.example')).toEqual({ ha1: { MD5: one } })
  expect(await users(true).find('alice', 'c.example')).toBeUndefined()
  expect(await users().find("x' OR '1'='1", 'a.example')).toBeUndefined()
})

test('who names himself with his domain has the hash of that name', async () => {
  expect(await users().find('alice@a.example', 'r')).toEqual({ ha1: { 'SHA-256': two } })
  expect(await users().find('alice@c.example', 'r')).toBeUndefined()
})

test('a database without the table is told at once, without a password in the text', async () => {
  const wrong = new SqlUsers({ url: `sqlite:${file}`, table: 'none_such', useDomain: false })
  await expect(wrong.check()).rejects.toMatchObject({
    code: 'SIPW_ERR_AUTH_USERS',
    message: expect.stringContaining('no such table'),
  })
  expect(new SqlUsers({ url: 'mysql://sip:s3cret@db/k', table: 't', useDomain: false }).name).toBe(
    'mysql://db/k',
  )
})
