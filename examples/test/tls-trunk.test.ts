/** Real sockets: who shakes hands with which certificate is what the test is about. */
import { afterAll, afterEach, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { connect, type ConnectionOptions } from 'node:tls'
import { type App } from '@sipwright/framework'
import { Authority } from '@sipwright/test/system/authority.js'
import { edge } from '#src/tls-trunk.js'

const authority = new Authority()
const ca = authority.write('ca.pem', authority.certificate)
const files = authority.writePair('edge', { names: ['DNS:edge.example'] })
let app: App | undefined
afterEach(() => app?.close())
afterAll(() => authority.remove())

/** The first line that OPTIONS gets. */
async function asks(options: ConnectionOptions): Promise<string> {
  app = await edge({ ...files, ca })
  await app.listen('tls:127.0.0.1:0')
  const { port } = app.listeners[0]!
  const secured = { servername: 'edge.example', ca: authority.certificate, ...options }
  const socket = connect({ host: '127.0.0.1', port, ...secured })
  await once(socket, 'secureConnect')
  socket.write(
    [
      'OPTIONS sip:edge.example SIP/2.0',
      'Via: SIP/2.0/TLS sbc.carrier.example;branch=z9hG4bK776asdhds',
      'From: <sip:carrier.example>;tag=1928301774',
      'To: <sip:edge.example>',
      'Call-ID: a84b4c76e66710',
      ...['CSeq: 1 OPTIONS', 'Max-Forwards: 70', 'Content-Length: 0', '', ''],
    ].join('\r\n'),
  )
  const [data] = (await once(socket, 'data')) as [Buffer]
  socket.end()
  return data.toString('latin1').split('\r\n')[0]!
}

test('the carrier is known by its certificate', async () => {
  const carrier = authority.sign({ names: ['DNS:sbc.carrier.example'] })
  expect(await asks({ cert: carrier.certificate, key: carrier.key })).toBe('SIP/2.0 200 OK')
})

test('another name, or none, gets 403', async () => {
  const other = authority.sign({ names: ['DNS:sbc.other.example'] })
  expect(await asks({ cert: other.certificate, key: other.key })).toBe('SIP/2.0 403 Forbidden')
  await app?.close()
  expect(await asks({})).toBe('SIP/2.0 403 Forbidden')
})
