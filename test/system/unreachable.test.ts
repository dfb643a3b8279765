/**
 * Backends that cannot be reached, over real sockets: scenarios 22 to 24 of dispatcher.md §4b. A balancer that waited
 * for an answer would wait longer than the caller does here. RFC 3261 §16.9
 */
import { afterEach, expect, test } from '@jest/globals'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { Balancer } from './balancer.js'
import { freePort } from './free-ports.js'
import { stopAll } from './processes.js'
import { SipBackend } from './sip-backend.js'
import { StreamBackend } from './stream-backend.js'

const backends: StreamBackend[] = []

afterEach(async () => {
  await stopAll()
  await Promise.all(backends.splice(0).map((backend) => backend.close()))
})

async function streamBackend(): Promise<StreamBackend> {
  const backend = await StreamBackend.start()
  backends.push(backend)
  return backend
}

/** The first of these destinations is the one that every call is for. */
async function balancing(...destinations: readonly string[]) {
  const port = await freePort()
  await Balancer.start({
    'lb.yaml': `
listen: ['udp:127.0.0.1:${port}', 'tcp:127.0.0.1:${port}']
dispatcher:
  sets:
    1:
      algorithm: priority
      destinations: [${destinations.map((uri) => `'${uri}'`).join(', ')}]
  probe: { interval: 0s }
log: { level: error, format: json }
`,
  })
  return { call: () => finalStatus(port) }
}

let calls = 0

/** The final status of one call; undefined if there is none within ten seconds. */
async function finalStatus(port: number): Promise<number | undefined> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const name = `call-${++calls}`
  const invite = [
    'INVITE sip:bob@example.com SIP/2.0',
    `Via: SIP/2.0/UDP 127.0.0.1:${socket.address().port};branch=z9hG4bK-${name}`,
    'Max-Forwards: 70',
    `From: <sip:alice@example.com>;tag=${name}`,
    'To: <sip:bob@example.com>',
    `Call-ID: ${name}`,
    'CSeq: 1 INVITE',
    `Contact: <sip:alice@127.0.0.1:${socket.address().port}>`,
    'Content-Length: 0',
    '\r\n',
  ]
  const status = new Promise<number | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), 10_000)
    socket.on('message', (data) => {
      const code = Number(data.toString('latin1', 8, 11))
      if (code < 200) return
      clearTimeout(timer)
      resolve(code)
    })
  })
  socket.send(invite.join('\r\n'), port, '127.0.0.1')
  const code = await status
  socket.close()
  return code
}

test('4b.22: a closed UDP port is not waited for: its ICMP message hands the call on (§16.9)', async () => {
  const [closed, open] = [await freePort(), await freePort()]
  const backend = await SipBackend.at(open)
  const { call } = await balancing(`sip:127.0.0.1:${closed}`, `sip:127.0.0.1:${open}`)
  const statuses = [await call(), await call()]
  backend.close()
  expect(statuses).toEqual([200, 200])
  expect(backend.sources.size).toBe(2)
}, 60_000)

test('4b.23: a refused TCP connection is not waited for, and the caller gets 200 (§16.9)', async () => {
  const closed = await freePort()
  const backend = await streamBackend()
  const { call } = await balancing(
    `sip:127.0.0.1:${closed};transport=tcp`,
    `sip:127.0.0.1:${backend.port};transport=tcp`,
  )
  expect([await call(), await call()]).toEqual([200, 200])
  expect(backend.invitations).toBe(2)
}, 60_000)

test('4b.24: a connection that the backend closed while idle is opened again, and one INVITE comes by it', async () => {
  const [first, second] = [await streamBackend(), await streamBackend()]
  const { call } = await balancing(
    `sip:127.0.0.1:${first.port};transport=tcp`,
    `sip:127.0.0.1:${second.port};transport=tcp`,
  )
  expect(await call()).toBe(200)
  await first.closeConnections()
  expect(await call()).toBe(200)
  expect([first.connections, first.invitations, second.invitations]).toEqual([2, 2, 0])
}, 60_000)

test('4b.24: where the connection was closed and another is refused, the next backend has the call', async () => {
  const [first, second] = [await streamBackend(), await streamBackend()]
  const { call } = await balancing(
    `sip:127.0.0.1:${first.port};transport=tcp`,
    `sip:127.0.0.1:${second.port};transport=tcp`,
  )
  expect(await call()).toBe(200)
  await first.close()
  expect(await call()).toBe(200)
  expect([first.invitations, second.invitations]).toEqual([1, 1])
}, 60_000)

test('4b.24: a connection that is reset when it is written to hands the call on', async () => {
  const [first, second] = [await streamBackend(), await streamBackend()]
  const { call } = await balancing(
    `sip:127.0.0.1:${first.port};transport=tcp`,
    `sip:127.0.0.1:${second.port};transport=tcp`,
  )
  expect(await call()).toBe(200)
  first.resets = true
  expect(await call()).toBe(200)
  expect([first.invitations, second.invitations]).toEqual([1, 1])
}, 60_000)
