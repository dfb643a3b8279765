import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, expect, test } from '@jest/globals'
import { callRecordsConfig, webhookConfig } from '#src/config.js'
import { Webhook } from '#src/webhook.js'

/** A real one: sockets are the point. */
const clock = {
  now: () => performance.now(),
  after: (delayMs: number, run: () => void) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}
const quiet = { error() {}, warn() {}, info() {}, debug() {} }
const ends: (() => void)[] = []

afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** Answers with these statuses in turn, then 200. */
async function receiver(...statuses: number[]) {
  const heard: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      heard.push(`${request.headers.authorization} ${body}`)
      response.writeHead(statuses.shift() ?? 200).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => server.close())
  const { port } = server.address() as { port: number }
  return { heard, url: `http://127.0.0.1:${port}/calls` }
}

const headers = { authorization: 'Bearer t' }

test('a record that a failing server did not take is sent again, in order', async () => {
  const { heard, url } = await receiver(503, 429)
  const config = webhookConfig.parse({ url, headers, retryMs: 10 })
  const webhook = new Webhook(config, clock, quiet)
  webhook.add('{"n":1}')
  webhook.add('{"n":2}')
  await webhook.close(5_000)
  expect(heard).toEqual([1, 1, 1, 2].map((n) => `Bearer t {"n":${n}}`))
  expect(webhook.counters).toEqual({ sent: 2, lost: 0 })
})

test('what is refused is not sent again; no more wait than the bound says', async () => {
  const { heard, url } = await receiver(400)
  const config = webhookConfig.parse({ url, headers, maxQueue: 2 })
  const webhook = new Webhook(config, clock, quiet)
  for (const n of [1, 2, 3, 4]) webhook.add(`{"n":${n}}`)
  await webhook.close(5_000)
  expect(heard).toEqual([1, 3, 4].map((n) => `Bearer t {"n":${n}}`))
  expect(webhook.counters).toEqual({ sent: 2, lost: 2 })
})

test('at the end nothing is waited for longer than the limit', async () => {
  const config = webhookConfig.parse({ url: 'http://127.0.0.1:1/', retryMs: 60_000 })
  const webhook = new Webhook(config, clock, quiet)
  webhook.add('{}')
  await webhook.close(20)
  expect(webhook.counters).toEqual({ sent: 0, lost: 1 })
})

test('a place that is none is refused', () => {
  expect(callRecordsConfig.safeParse({}).success).toBe(false)
  expect(webhookConfig.safeParse({ url: 'ftp://x/' }).success).toBe(false)
})
