import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { hepConfig, type HepInput, parseServer } from '#src/hep/config.js'
import { HepExporter } from '#src/hep/exporter.js'
import { type HepMessage, hepPacket } from '#src/hep/packet.js'

const local = {
  ...{ transport: 'UDP', reliable: false, address: '192.0.2.1', port: 5060 },
  ...{ advertisedHost: '192.0.2.1', advertisedPort: 5060, zone: 'public' },
}
const message: HepMessage = {
  ...{ at: 0, outward: true, text: 'OPTIONS sip:a SIP/2.0\r\n\r\n', local },
  ...{ address: '192.0.2.7', port: 5080, correlation: 'one' },
}

/** Type → value. */
function chunksOf(packet: Buffer): Map<number, Buffer> {
  expect(packet.toString('latin1', 0, 4)).toBe('HEP3')
  expect(packet.readUInt16BE(4)).toBe(packet.length)
  const chunks = new Map<number, Buffer>()
  for (let at = 6; at < packet.length; at += packet.readUInt16BE(at + 4)) {
    chunks.set(
      packet.readUInt16BE(at + 2),
      packet.subarray(at + 6, at + packet.readUInt16BE(at + 4)),
    )
  }
  return chunks
}

test('a packet says who sent to whom, when, which node saw it, and what (HEP3 §3.2)', () => {
  const chunks = chunksOf(hepPacket(message, 1_700_000_000_123, { captureId: 7, password: 'pw' }))
  expect([...chunks.get(3)!]).toEqual([192, 0, 2, 1])
  expect([...chunks.get(4)!]).toEqual([192, 0, 2, 7])
  expect(chunks.get(7)!.readUInt16BE()).toBe(5060)
  expect(chunks.get(8)!.readUInt16BE()).toBe(5080)
  expect(chunks.get(9)!.readUInt32BE()).toBe(1_700_000_000)
  expect(chunks.get(10)!.readUInt32BE()).toBe(123_000)
  expect(chunks.get(12)!.readUInt32BE()).toBe(7)
  expect(chunks.get(14)!.toString()).toBe('pw')
  expect(chunks.get(15)!.toString()).toBe(message.text)
  expect(chunks.get(17)!.toString()).toBe('one')
})

test('a collector is named by transport, host and port', () => {
  expect(parseServer('tcp:[::1]:9060')).toEqual({ transport: 'tcp', host: '::1', port: 9_060 })
  expect(parseServer('udp:homer.internal:9060')).toMatchObject({ host: 'homer.internal' })
  for (const text of ['127.0.0.1:9060', 'udp:127.0.0.1', 'udp:127.0.0.1:0', 'sctp:a:1']) {
    expect(parseServer(text)).toBeUndefined()
  }
})

/** A real one: sockets are the point. */
const clock = {
  now: () => performance.now(),
  after: (delayMs: number, run: () => void) => {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  },
}

function exporting(input: HepInput) {
  const warned: object[] = []
  const quiet = { error() {}, info() {}, debug() {}, warn: (fields: object) => warned.push(fields) }
  return { exporter: new HepExporter(hepConfig.parse(input), clock, quiet), warned }
}

const secret = 'REGISTER sip:a SIP/2.0\r\nAuthorization: Digest response="abc"\r\n\r\n'

test('by UDP, without secrets; what is too much is counted and told once', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const server = `udp:127.0.0.1:${socket.address().port}`
  const { exporter, warned } = exporting({ server, maxQueue: 100 })
  const arrived = once(socket, 'message')
  for (let index = 0; index < 103; index++) exporter.add({ ...message, text: secret })
  const [packet] = (await arrived) as [Buffer]
  expect(chunksOf(packet).get(15)!.toString()).toContain('response="xxx"')
  expect(exporter.counters).toEqual({ sent: 100, lost: 3 })
  expect(warned).toMatchObject([{ server, reason: 'too many wait' }])
  await exporter.close()
  socket.close()
})

test('by TCP packets follow each other on one connection', async () => {
  const heard: Buffer[] = []
  const collector = createServer((socket) => socket.on('data', (bytes) => heard.push(bytes)))
  collector.listen(0, '127.0.0.1')
  await once(collector, 'listening')
  const { port } = collector.address() as { port: number }
  const { exporter } = exporting({ server: `tcp:127.0.0.1:${port}` })
  exporter.add(message)
  exporter.add(message)
  const ended = once(collector, 'connection').then(([socket]) => once(socket as never, 'end'))
  await exporter.close()
  await ended
  const bytes = Buffer.concat(heard)
  const length = bytes.readUInt16BE(4)
  expect(bytes).toHaveLength(2 * length)
  chunksOf(bytes.subarray(length))
  collector.close()
})
