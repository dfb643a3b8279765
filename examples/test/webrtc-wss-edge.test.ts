/** Real sockets: a browser's connection before the edge, a backend on UDP behind it. */
import { afterAll, afterEach, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { type App } from '@sipwright/framework'
import { Authority } from '@sipwright/test/system/authority.js'
import { freePort } from '@sipwright/test/system/free-ports.js'
import { SipBackend } from '@sipwright/test/system/sip-backend.js'
import WebSocket from 'ws'
import { edge } from '#src/webrtc-wss-edge.js'

const authority = new Authority()
const files = authority.writePair('edge', { names: ['DNS:edge.example'] })
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})
afterAll(() => authority.remove())

async function running(media: readonly string[]): Promise<App> {
  const app = await edge({ ...files, origins: ['https://phone.example.com'], media })
  ends.push(() => app.close())
  await app.listen('wss:127.0.0.1:0', 'udp:127.0.0.1:0')
  return app
}

async function browser(app: App, origin: string): Promise<WebSocket> {
  const { port } = app.listeners.find(({ transport }) => transport === 'WSS')!
  const secured = { ca: authority.certificate, servername: 'edge.example', origin }
  const socket = new WebSocket(`wss://127.0.0.1:${port}`, 'sip', secured)
  ends.push(() => socket.terminate())
  await once(socket, 'open')
  return socket
}

test('a call from a browser reaches a backend on UDP, and what comes back does not name the backend', async () => {
  const port = await freePort('127.0.0.2')
  const backend = await SipBackend.at(port, { address: '127.0.0.2' })
  ends.push(() => backend.close())
  const app = await running([`sip:127.0.0.2:${port}`])
  const socket = await browser(app, 'https://phone.example.com')
  socket.send(
    [
      'INVITE sip:bob@example.com SIP/2.0',
      'Via: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bKwss1',
      'Max-Forwards: 70',
      'From: <sip:alice@example.com>;tag=a1',
      'To: <sip:bob@example.com>',
      'Call-ID: wss-1',
      'CSeq: 1 INVITE',
      'Contact: <sip:alice@df7jal23ls0d.invalid;transport=ws>',
      ...['Content-Length: 0', '', ''],
    ].join('\r\n'),
  )
  let answer = ''
  while (!answer.startsWith('SIP/2.0 200')) {
    const [data] = (await once(socket, 'message')) as [Buffer]
    answer = data.toString('latin1')
  }
  expect(backend.requests[0]?.method).toBe('INVITE')
  expect(answer).toContain('\r\nContact: ')
  expect(answer).not.toContain('127.0.0.2')
})

test('a page of somebody else may not connect', async () => {
  const app = await running(['sip:127.0.0.2:9'])
  await expect(browser(app, 'https://evil.example')).rejects.toThrow('403')
})
