/** Real sockets: a browser's phone before the edge, a backend on UDP behind it. */
import { afterAll, afterEach, expect, test } from '@jest/globals'
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import {
  type App,
  createApp,
  type Handled,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { Authority } from '@sipwright/test/system/authority.js'
import WebSocket, { type ClientOptions } from 'ws'
import { secureWebSockets, tls, webSockets } from '#src/index.js'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }
const authority = new Authority()
const edge = authority.writePair('edge', { names: ['DNS:edge.example'] })
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})
afterAll(() => authority.remove())

let backendPort = 0

@Routes()
class ToBackend {
  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay({ uri: `sip:127.0.0.1:${backendPort}`, role: 'next-hop' })
  }

  @OnRequest('OPTIONS')
  options(ctx: RequestContext): Handled {
    return ctx.reply(200)
  }
}

async function edgeAt(listen: string, config: Parameters<typeof webSockets>[0] = {}): Promise<App> {
  const app = await createApp({
    plugins: [tls({ ...edge, pollMs: 0 }), webSockets(config), secureWebSockets(config)],
    ...{ routes: [ToBackend], log: quiet, zones: { inside: ['127.0.0.0/8'] } },
  })
  ends.push(() => app.close())
  await app.listen(listen, 'udp:127.0.0.1:0')
  return app
}

function urlOf(app: App, scheme: 'ws' | 'wss'): string {
  const found = app.listeners.find(({ transport }) => transport === scheme.toUpperCase())
  return `${scheme}://127.0.0.1:${found!.port}`
}

async function client(
  url: string,
  options: ClientOptions = {},
  protocol = 'sip',
): Promise<WebSocket> {
  const secured = { ca: authority.certificate, servername: 'edge.example' }
  const socket = new WebSocket(url, protocol, { ...secured, ...options })
  ends.push(() => socket.terminate())
  await once(socket, 'open')
  return socket
}

/** The next message whose first line fits. */
async function heard(socket: WebSocket | UdpSocket, line: RegExp): Promise<string> {
  for (;;) {
    const [data] = (await once(socket as UdpSocket, 'message')) as [Buffer]
    const text = data.toString('latin1')
    if (line.test(text)) return text
  }
}

function message(line: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line}\r\n${lines.join('')}Content-Length: 0\r\n\r\n`
}

const phone = {
  'Max-Forwards': '70',
  From: '<sip:alice@example.com>;tag=a1',
  'Call-ID': 'ws-1',
  Contact: '<sip:alice@df7jal23ls0d.invalid;transport=ws>',
}

function field(text: string, name: string): string {
  return new RegExp(`\\r\\n${name}: (.*)\\r\\n`).exec(text)?.[1] ?? ''
}

test.each(['ws', 'wss'] as const)(
  'a call by %s to a backend on UDP: who is called ends it by the connection that the caller came by (RFC 7118 §5, RFC 5626 §5.3)',
  async (scheme) => {
    const backend = createSocket('udp4')
    ends.push(() => backend.close())
    backend.bind(0, '127.0.0.1')
    await once(backend, 'listening')
    backendPort = backend.address().port
    const app = await edgeAt(`${scheme}:127.0.0.1:0`)
    const socket = await client(urlOf(app, scheme))
    const via = `SIP/2.0/${scheme.toUpperCase()} df7jal23ls0d.invalid;branch=z9hG4bK1`

    const invited = heard(backend, /^INVITE/)
    socket.send(
      message('INVITE sip:bob@example.com SIP/2.0', {
        ...{ Via: via, To: '<sip:bob@example.com>', CSeq: '1 INVITE', ...phone },
      }),
    )
    const invite = await invited
    const routes = [...invite.matchAll(/\r\nRecord-Route: (.*)/g)].map(([, value]) => value!)
    expect(routes).toHaveLength(2)
    const answered = heard(socket, /^SIP\/2\.0 200/)
    const edgePort = Number(/:(\d+)/.exec(/Via: SIP\/2\.0\/UDP [^;]*/.exec(invite)![0])![1])
    const vias = [...invite.matchAll(/\r\nVia: (.*)/g)].map(([, value]) => value!)
    backend.send(
      [
        'SIP/2.0 200 OK',
        ...vias.map((value) => `Via: ${value}`),
        ...routes.map((value) => `Record-Route: ${value}`),
        `From: ${phone.From}`,
        'To: <sip:bob@example.com>;tag=b1',
        `Call-ID: ${phone['Call-ID']}`,
        `Contact: <sip:bob@127.0.0.1:${backendPort}>`,
        ...['CSeq: 1 INVITE', 'Content-Length: 0', '', ''],
      ].join('\r\n'),
      edgePort,
      '127.0.0.1',
    )
    expect(field(await answered, 'To')).toContain('tag=b1')

    const ended = heard(socket, /^BYE/)
    backend.send(
      message('BYE sip:alice@df7jal23ls0d.invalid;transport=ws SIP/2.0', {
        Via: `SIP/2.0/UDP 127.0.0.1:${backendPort};branch=z9hG4bK2`,
        Route: routes.join(', '),
        ...{ From: '<sip:bob@example.com>;tag=b1', To: phone.From, 'Call-ID': 'ws-1' },
        ...{ CSeq: '1 BYE', 'Max-Forwards': '70' },
      }),
      edgePort,
      '127.0.0.1',
    )
    expect(field(await ended, 'CSeq')).toBe('1 BYE')
  },
)

test('a connection that speaks no SIP, or comes from a page of somebody else, is refused (RFC 7118 §4, RFC 6455 §10.2)', async () => {
  const app = await edgeAt('ws:127.0.0.1:0', { origins: ['https://phone.example.com'] })
  const url = urlOf(app, 'ws')
  const good = { origin: 'https://phone.example.com' }
  await expect(client(url, good)).resolves.toBeDefined()
  await expect(client(url, { origin: 'https://evil.example' })).rejects.toThrow(/403/)
  await expect(client(url)).rejects.toThrow(/403/)
  await expect(client(url, good, 'chat')).rejects.toThrow(/400/)
})

test('who does not mask, or sends too much, is closed; who does not upgrade in time, too (RFC 6455 §5.1, security.md §3 row 27)', async () => {
  const app = await edgeAt('ws:127.0.0.1:0', { upgradeTimeoutMs: 200 })
  const url = urlOf(app, 'ws')
  const large = await client(url)
  large.send('x'.repeat(70_000))
  expect((await once(large, 'close'))[0]).toBe(1009)
  const unmasked = await client(url)
  ;(unmasked as unknown as { _socket: { write(octets: Buffer): void } })._socket.write(
    Buffer.from([0x81, 0x02, 0x0d, 0x0a]),
  )
  expect((await once(unmasked, 'close'))[0]).toBe(1002)
  const silent = connect(Number(new URL(url).port), '127.0.0.1')
  await once(silent, 'close')
})
