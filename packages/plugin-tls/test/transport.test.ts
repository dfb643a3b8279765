/** Real sockets: what hands are shaken with is what the test is about. */
import { afterAll, afterEach, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { connect, type ConnectionOptions, createServer, type TLSSocket } from 'node:tls'
import {
  type App,
  createApp,
  type FailureContext,
  type Handled,
  OnFailure,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { tls, type TlsInput } from '#src/index.js'
import { Authority } from '@sipwright/test/system/authority.js'

const authority = new Authority()
const stranger = new Authority()
const ca = authority.write('ca.pem', authority.certificate)
const edge = authority.writePair('edge', { names: ['DNS:edge.example', 'IP:127.0.0.1'] })
const quiet = { error() {}, warn() {}, info() {}, debug() {} }
const open: { end(): void }[] = []
const apps: App[] = []
afterEach(async () => {
  for (const each of open.splice(0)) each.end()
  await Promise.all(apps.splice(0).map((app) => app.close()))
})
afterAll(() => {
  authority.remove()
  stranger.remove()
})

let backendPort = 0
/** Why the last attempt failed. */
let failure: string | undefined

/** Answers OPTIONS with who asks; a MESSAGE goes to the backend. */
@Routes()
class Asked {
  @OnRequest('MESSAGE')
  message(ctx: RequestContext): Handled {
    return ctx.relay({ uri: `sip:127.0.0.1:${backendPort};transport=tls`, role: 'next-hop' })
  }

  @OnFailure('MESSAGE')
  failed(ctx: FailureContext): Handled {
    failure = ctx.error?.message
    return ctx.forward()
  }

  @OnRequest('OPTIONS')
  options(ctx: RequestContext): Handled {
    return ctx.reply(200, { 'X-Names': ctx.source.peerNames.join() || 'nobody' })
  }
}

async function edgeWith(config: Partial<TlsInput> = {}) {
  const app = await createApp({
    ...{ plugins: [tls({ ...edge, ca, pollMs: 0, ...config })], routes: [Asked], log: quiet },
  })
  apps.push(app)
  await app.listen('tls:127.0.0.1:0')
  return { app, port: app.listeners[0]!.port }
}

/** A client; rejects when hands are not shaken. */
async function client(port: number, more: ConnectionOptions = {}): Promise<TLSSocket> {
  const names = { servername: 'edge.example', ca: authority.certificate }
  const socket = connect({ host: '127.0.0.1', port, ...names, ...more })
  open.push(socket)
  await once(socket, 'secureConnect')
  return socket
}

/** The answer to an OPTIONS; rejects when the connection ends instead. */
async function asks(socket: TLSSocket, method = 'OPTIONS'): Promise<string> {
  socket.write(
    [
      `${method} sip:edge.example SIP/2.0`,
      'Via: SIP/2.0/TLS phone.example;branch=z9hG4bK776asdhds',
      'From: <sip:alice@example.com>;tag=1928301774',
      'To: <sip:edge.example>',
      'Call-ID: a84b4c76e66710@phone.example',
      ...[`CSeq: 1 ${method}`, 'Max-Forwards: 70', 'Content-Length: 0', '', ''],
    ].join('\r\n'),
  )
  const [data] = (await Promise.race([
    once(socket, 'data'),
    once(socket, 'close').then(() => Promise.reject(new Error('closed'))),
  ])) as [Buffer]
  return data.toString('latin1')
}

test('SIP over TLS 1.2 and 1.3; older versions and suites without authenticated encryption are refused (RFC 8996)', async () => {
  const { port } = await edgeWith()
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const socket = await client(port, { minVersion: version, maxVersion: version })
    expect(socket.getProtocol()).toBe(version)
    expect(await asks(socket)).toMatch(/^SIP\/2\.0 200 OK/)
  }
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  await expect(client(port, old)).rejects.toThrow()
  const cbc = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA256' } as const
  await expect(client(port, cbc)).rejects.toThrow()
})

test('mutual TLS: who has a certificate of the authority is known by its names; others are refused (RFC 5922 §7)', async () => {
  const { port } = await edgeWith({ clientCertificate: 'required' })
  const mine = authority.sign({ names: ['DNS:gw.carrier.example', 'URI:sip:carrier.example'] })
  const socket = await client(port, { cert: mine.certificate, key: mine.key })
  expect(await asks(socket)).toContain('X-Names: sip:carrier.example,gw.carrier.example')
  const forged = stranger.sign({ names: ['DNS:gw.carrier.example'] })
  const expired = authority.sign({ names: ['DNS:gw.carrier.example'], expired: true })
  for (const { certificate, key } of [forged, expired]) {
    // TLS 1.3 tells the client only after it has shaken hands.
    const refused = client(port, { cert: certificate, key }).then(asks)
    await expect(refused).rejects.toThrow()
  }
  await expect(client(port).then(asks)).rejects.toThrow()
})

test('optional certificates: one that nobody vouches for makes nobody', async () => {
  const { port } = await edgeWith({ clientCertificate: 'optional' })
  const forged = stranger.sign({ names: ['DNS:gw.carrier.example'] })
  const socket = await client(port, { cert: forged.certificate, key: forged.key })
  expect(await asks(socket)).toContain('X-Names: nobody')
  expect(await asks(await client(port))).toContain('X-Names: nobody')
})

test('another certificate is shown to who comes after it; connections that are up go on', async () => {
  const files = authority.writePair('changing', { common: 'first', names: ['DNS:edge.example'] })
  const { app, port } = await edgeWith(files)
  const before = await client(port)
  expect(before.getPeerCertificate().subject.CN).toBe('first')
  const next = authority.sign({ common: 'second', names: ['DNS:edge.example'] })
  authority.write('changing.pem', next.certificate)
  authority.write('changing.key', next.key)
  await app.reload()
  const after = await client(port)
  expect(after.getPeerCertificate().subject.CN).toBe('second')
  expect(await asks(before)).toMatch(/^SIP\/2\.0 200/)
})

test('handshakes have a bound for each source and a deadline (security.md §3 rows 8, 9)', async () => {
  const { port } = await edgeWith({ handshakesPerSource: 3, handshakeTimeoutMs: 300 })
  const silent = [1, 2, 3].map(() => connectTcp(port, '127.0.0.1'))
  open.push(...silent)
  await Promise.all(silent.map((socket) => once(socket, 'connect')))
  const began = Date.now()
  await expect(client(port)).rejects.toThrow()
  await Promise.all(silent.map((socket) => once(socket, 'close')))
  expect(Date.now() - began).toBeLessThan(5_000)
  expect(await asks(await client(port))).toMatch(/^SIP\/2\.0 200/)
})

/** A backend that answers everything with 200, by that certificate. */
async function backendWith({ certificate, key }: { certificate: string; key: string }) {
  const server = createServer({ cert: certificate, key }, (socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (data: Buffer) => {
      const text = data.toString('latin1')
      const kept = text
        .split('\r\n')
        .filter((line: string) => /^(?:Via|From|To|Call-ID|CSeq): /.test(line))
      socket.write(['SIP/2.0 200 OK', ...kept, 'Content-Length: 0', '', ''].join('\r\n'))
    })
  })
  server.on('tlsClientError', () => undefined)
  open.push({ end: () => server.close() })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  backendPort = typeof address === 'object' && address !== null ? address.port : 0
}

test('4b.25: a destination that does not prove its name is a transport error that says why (RFC 5922 §7.2, §16.9)', async () => {
  const names = ['IP:127.0.0.1']
  const { port } = await edgeWith()
  const socket = await client(port)
  await backendWith(authority.sign({ names }))
  expect(await asks(socket, 'MESSAGE')).toMatch(/^SIP\/2\.0 200/)
  for (const [pair, reason] of [
    [authority.sign({ names: ['DNS:other.example'] }), /names other\.example, not 127\.0\.0\.1/],
    [authority.sign({ names, expired: true }), /CERT_HAS_EXPIRED/],
    [stranger.sign({ names }), /CERT_SIGNATURE_FAILURE/],
  ] as const) {
    await backendWith(pair)
    failure = undefined
    expect(await asks(socket, 'MESSAGE')).toMatch(/^SIP\/2\.0 5/)
    expect(failure).toMatch(reason)
  }
})
