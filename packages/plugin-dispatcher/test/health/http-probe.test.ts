import { afterAll, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { type Destination } from '#src/destination.js'
import { httpProbe, isProbeUrl, probeUrl } from '#src/health/http-probe.js'
import { dispatching } from '../rig.js'

const says: Readonly<Record<string, readonly [status: number, body: string]>> = {
  '/up': [200, 'up 75%'],
  '/empty': [200, ''],
  '/page': [200, '<html>'],
  '/broken': [500, '{"status":"ok"}'],
  '/failing': [503, '{"status":"fail","reason":"no trunk"}'],
  '/gone': [404, 'not found'],
  '/away': [302, ''],
  '/long': [200, 'x'.repeat(20_000)],
}

const server = createServer(({ url = '' }, response) => {
  const [status, body] = says[url] ?? [500, '']
  response.writeHead(status, status === 302 ? { location: '/up' } : {}).end(body)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo
afterAll(() => {
  server.close()
})

const { dispatcher } = await dispatching({ sets: { 1: { destinations: ['sip:127.0.0.1'] } } })
const [destination] = dispatcher.sets()[0]!.destinations as [Destination]
const ask = (path: string) =>
  httpProbe(`http://127.0.0.1:${port}${path}`).run(destination, AbortSignal.timeout(5_000))

test.each([
  ['/up', { state: 'up', reason: 'up 75%', percent: 75 }],
  ['/empty', { state: 'up', reason: 'answered 200' }],
  ['/broken', { state: 'failed', reason: 'answered 500' }],
  ['/failing', { state: 'down', reason: 'fail: no trunk' }],
  ['/gone', { state: 'failed', reason: 'answered 404' }],
  ['/away', { state: 'failed', reason: 'answered 302' }],
  ['/long', { state: 'failed', reason: 'answered 200 with more than 16384 bytes' }],
])('%s: %j', async (path, expected) => {
  expect(await ask(path)).toEqual(expected)
})

test('what is neither JSON of the contract nor agent words is a failure', async () => {
  expect((await ask('/page')).state).toBe('failed')
})

test('a URL: of HTTP, with the host of the destination, without user and password', () => {
  expect(isProbeUrl('http://{host}:8080/health')).toBe(true)
  for (const bad of ['{host}/health', 'ftp://{host}/', 'http://u:p@{host}/', 'http://']) {
    expect(isProbeUrl(bad)).toBe(false)
  }
  expect(probeUrl('http://{host}:1/x', 'sip:10.0.0.1:5070;transport=tcp')).toBe(
    'http://10.0.0.1:1/x',
  )
  expect(probeUrl('http://{host}:1/x', 'sip:[2001:db8::1]:5070')).toBe('http://[2001:db8::1]:1/x')
})
