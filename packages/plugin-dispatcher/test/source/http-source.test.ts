import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { VirtualClock } from '@sipwright/framework/testing'
import { HttpSource } from '#src/source/http-source.js'

let server: Server
let answer: { status: number; body: string; headers?: Record<string, string> }
let asked: IncomingMessage[]

beforeEach(async () => {
  asked = []
  answer = { status: 200, body: '{ "sets": {} }' }
  server = createServer((request, response) => {
    asked.push(request)
    response.writeHead(answer.status, answer.headers).end(answer.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function source(strict = false, userinfo = ''): HttpSource {
  const { port } = server.address() as AddressInfo
  const url = `http://${userinfo}127.0.0.1:${port}/sets.json`
  return new HttpSource({
    ...{ url, pollMs: 10_000, timeoutMs: 2_000, strict },
    clock: new VirtualClock(),
  })
}

test('destinations have the keys of the configuration', async () => {
  answer.body = '{ "sets": { "1": ["sip:10.0.0.1", { "uri": "sip:10.0.0.2", "weight": 5 }] } }'
  const { entries } = await source().load()
  expect(entries).toMatchObject([
    { setId: '1', destination: { uri: 'sip:10.0.0.1' } },
    { setId: '1', destination: { uri: 'sip:10.0.0.2', weight: 5 } },
  ])
})

test('4b.58: a bad entry is left out and named by set and place; strict refuses all', async () => {
  answer.body = '{ "sets": { "1": ["sip:a", { "uri": "mailto:x" }, "sip:a"] } }'
  const { entries, faults } = await source().load()
  expect(entries).toHaveLength(1)
  expect(faults).toMatchObject([
    { unit: 'set 1 entry', line: 2, expected: expect.stringContaining('SIP URI') },
    { unit: 'set 1 entry', line: 3, expected: 'a destination once in its set' },
  ])
  await expect(source(true).load()).rejects.toThrow(/set 1 entry 2: found/)
})

test('what has not changed is not sent again (ETag, RFC 9110 §8.8.3)', async () => {
  answer = { status: 200, body: '{ "sets": { "1": ["sip:a"] } }', headers: { ETag: '"1"' } }
  const one = source()
  await one.load()
  answer = { status: 304, body: '' }
  expect((await one.load()).entries).toHaveLength(1)
  expect(asked[1]?.headers['if-none-match']).toBe('"1"')
})

test.each([
  [{ status: 500, body: '' }, /answered 500/],
  [{ status: 200, body: '[]' }, /expected \{ "sets"/],
  [{ status: 200, body: 'x' }, /expected \{ "sets"/],
  [{ status: 302, body: '', headers: { Location: 'http://127.0.0.1:1/' } }, /redirect/],
])('what is no list is refused: %j', async (given, expected) => {
  answer = given
  await expect(source().load()).rejects.toThrow(expected)
})

test('a password goes to the server and into no message', async () => {
  answer = { status: 401, body: '' }
  const one = source(false, 'user:s3cret@')
  await expect(one.load()).rejects.toThrow(/answered 401/)
  expect(one.name).not.toContain('s3cret')
  expect(asked[0]?.headers.authorization).toBe(`Basic ${btoa('user:s3cret')}`)
})
