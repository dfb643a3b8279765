import { afterAll, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sqlite from 'node-sqlite3-wasm'
import { edge } from '#src/tenant-routing.js'

const folder = mkdtempSync(join(tmpdir(), 'sipwright-tenants-'))
afterAll(() => rmSync(folder, { recursive: true }))

function database(): string {
  const file = join(folder, 'tenants.db')
  const opened = new sqlite.Database(file)
  opened.exec('CREATE TABLE tenant (domain TEXT PRIMARY KEY, gateway TEXT NOT NULL)')
  opened.exec("INSERT INTO tenant VALUES ('one.example', 'sip:10.0.1.10')")
  opened.exec("INSERT INTO tenant VALUES ('two.example', 'sip:10.0.1.20')")
  opened.close()
  return `sqlite:${file}`
}

test('each tenant has his own gateway, a domain of nobody gets 404', async () => {
  const app = await edge(database())
  const to = async (uri: string) => {
    const { status, branches } = await app.inject({ method: 'INVITE', uri })
    return [status, branches[0]?.target.uri]
  }
  expect(await to('sip:bob@one.example')).toEqual([200, 'sip:10.0.1.10'])
  expect(await to('sip:bob@TWO.example')).toEqual([200, 'sip:10.0.1.20'])
  expect(await to('sip:bob@three.example')).toEqual([404, undefined])
})

test('without its database it says 503 and sends nothing anywhere', async () => {
  const app = await edge(`sqlite:${join(folder, 'none.db')}`)
  const call = await app.inject({ method: 'INVITE', uri: 'sip:bob@one.example' })
  expect([call.status, call.branches.length]).toEqual([503, 0])
})
