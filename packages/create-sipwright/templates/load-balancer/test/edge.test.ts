/** No network and no waiting: the machines are the real ones, time and backends are what the test says. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { edge } from '../src/edge.js'

const invite = { method: 'INVITE', uri: 'sip:bob@example.com' }

test('calls go to the backends in turn', async () => {
  const app = await edge()
  const first = await app.inject(invite)
  const second = await app.inject(invite)
  deepEqual([first, second].map(({ branches }) => branches[0]?.target.uri).toSorted(), [
    'sip:127.0.0.1:5070',
    'sip:127.0.0.1:5071',
  ])
})

test('a silent backend costs the caller two seconds, and the other one answers', async () => {
  const app = await edge()
  const call = await app.inject(invite, { backends: { 'sip:127.0.0.1:5070': 'timeout' } })
  deepEqual([call.status, call.elapsedMs], [200, 2_000])
})

test('who is busy is busy: nobody else is asked', async () => {
  const app = await edge()
  const busy = { 'sip:127.0.0.1:5070': 486, 'sip:127.0.0.1:5071': 486 }
  const call = await app.inject(invite, { backends: busy })
  equal(call.status, 486)
  equal(call.branches.length, 1)
})
