/** No network and no waiting: the machines are the real ones, time and backends are what the test says. */
import { equal, match } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { edge } from '../src/edge.js'

const call = { method: 'INVITE', uri: 'sip:600@example.com' }
const from = '<sip:alice@example.com>;tag=a'

/** What a phone computes, RFC 7616 §3.4.1. */
function credentials(challenge: string, password: string): string {
  const nonce = /nonce="([^"]+)"/.exec(challenge)?.[1] ?? ''
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
  const ha1 = hash(`alice:example.com:${password}`)
  const response = hash(`${ha1}:${nonce}:00000001:c0ffee:auth:${hash(`INVITE:${call.uri}`)}`)
  return (
    `Digest username="alice", realm="example.com", nonce="${nonce}", uri="${call.uri}", ` +
    `algorithm=SHA-256, qop=auth, nc=00000001, cnonce="c0ffee", response="${response}"`
  )
}

test('a call is asked who it is, and goes on with the right answer', async () => {
  const app = await edge()
  const asked = await app.inject({ ...call, headers: { From: from } })
  equal(asked.status, 407)
  const challenges = asked.response?.headers.getAll('Proxy-Authenticate') ?? []
  const challenge = challenges.find((each) => each.includes('SHA-256')) ?? ''
  const answer = { From: from, 'Proxy-Authorization': credentials(challenge, 'change me') }
  const answered = await app.inject({ ...call, headers: answer })
  equal(answered.status, 200)
  match(answered.branches[0]?.target.uri ?? '', /^sip:10\.0\.1\.1[01]$/)
})

test('a scanner hears nothing', async () => {
  const app = await edge()
  const scan = await app.inject({ ...call, headers: { 'User-Agent': 'friendly-scanner' } })
  equal(scan.status, undefined)
})

test('a call for somebody else is refused', async () => {
  const app = await edge()
  const elsewhere = await app.inject({ method: 'INVITE', uri: 'sip:1@elsewhere.example' })
  equal(elsewhere.status, 403)
})
