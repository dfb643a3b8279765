import { afterEach, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { edge } from '#src/kamailio-dispatcher-replacement.js'

const folder = mkdtempSync(join(tmpdir(), 'sipwright-list-'))
const list = join(folder, 'dispatcher.list')
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test("Kamailio's own list serves: in turn, and past a gateway that says nothing", async () => {
  writeFileSync(list, '1 sip:10.0.1.10:5060 0 0 duid=a\n1 sip:10.0.1.11:5060 0 0 duid=b\n')
  const app = await edge(list)
  const invite = { method: 'INVITE', uri: 'sip:bob@example.com' }
  const first = await app.inject(invite)
  const second = await app.inject(invite)
  expect([first, second].map(({ branches }) => branches[0]?.target.uri)).toEqual([
    'sip:10.0.1.10:5060',
    'sip:10.0.1.11:5060',
  ])
  const third = await app.inject(invite, { backends: { 'sip:10.0.1.10:5060': 'timeout' } })
  expect([third.status, third.elapsedMs, third.branches.length]).toEqual([200, 2_000, 2])
})
