/** No network and no waiting: the machines are the real ones, time and backends are what the test says. */
import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { edge } from '../src/edge.js'

test('a call for our domain reaches the backend', async () => {
  const app = await edge()
  const call = await app.inject({ method: 'INVITE', uri: 'sip:bob@example.com' })
  equal(call.status, 200)
  equal(call.branches[0]?.target.uri, 'sip:127.0.0.1:5070')
})

test('a call for somebody else is refused', async () => {
  const app = await edge()
  const call = await app.inject({ method: 'INVITE', uri: 'sip:bob@elsewhere.example' })
  equal(call.status, 403)
  equal(call.branches.length, 0)
})
