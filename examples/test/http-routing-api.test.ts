import { afterEach, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { edge } from '#src/http-routing-api.js'

let server: Server | undefined
afterEach(() => void server?.close())

/** Answers each question with the same JSON, and remembers what was asked. */
async function service(answer: unknown): Promise<{ url: string; asked: unknown[] }> {
  const asked: unknown[] = []
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      asked.push(JSON.parse(body))
      response.setHeader('connection', 'close').end(JSON.stringify(answer))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/route`, asked }
}

const invite = { method: 'INVITE', uri: 'sip:bob@example.com' }

test('the service names the targets, and the second one takes over from the first', async () => {
  const { url, asked } = await service({ targets: ['sip:10.0.1.10', 'sip:10.0.1.11'] })
  const app = await edge(url)
  const call = await app.inject(invite, { backends: { 'sip:10.0.1.10': 503 } })
  expect(call.branches.map(({ target }) => target.uri)).toEqual(['sip:10.0.1.10', 'sip:10.0.1.11'])
  expect([call.status, asked]).toEqual([
    200,
    [{ from: 'sip:caller@198.51.100.10', to: 'sip:bob@example.com', source: '198.51.100.10' }],
  ])
})

test('it may refuse', async () => {
  const app = await edge((await service({ refuse: 403 })).url)
  expect((await app.inject(invite)).status).toBe(403)
})

test('away, or talking nonsense, it stops nobody', async () => {
  const nonsense = await edge((await service({ targets: [] })).url)
  const away = await edge('http://127.0.0.1:9/route')
  for (const app of [nonsense, away]) {
    expect((await app.inject(invite)).branches[0]?.target.uri).toBe('sip:10.0.9.10')
  }
})
