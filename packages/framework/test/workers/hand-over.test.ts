import { afterEach, expect, test } from '@jest/globals'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { systemClock } from '#src/server/clock.js'
import { defaultTransportLimits } from '#src/transport/limits.js'
import { SendQueues } from '#src/transport/send-queues.js'
import { type Flow, type LocalAddress } from '#src/message/flow.js'
import { HandOver, unwrap, wrap } from '#src/workers/hand-over.js'
import { type HeldSocket, holdSocket } from '#src/workers/held-socket.js'
import { ownerOf } from '#src/workers/owner.js'
import { type Gate } from '#src/server/worker-seat.js'
import { type Receiver } from '#src/transport/transport.js'

const key = '00112233445566778899aabbccddeeff'
const seed = 1
const quiet = { error() {}, warn() {}, info() {}, debug() {} }
const host = {
  clock: systemClock,
  log: quiet,
  limits: defaultTransportLimits,
  sendQueues: new SendQueues(Infinity),
}

const local: LocalAddress = {
  ...{ transport: 'UDP', reliable: false, address: '192.0.2.1', port: 5060 },
  ...{ advertisedHost: '192.0.2.1', advertisedPort: 5060, zone: 'public', side: 'caller' },
}
const flow: Flow = { local, remoteAddress: '2001:db8::7', remotePort: 40_123, connection: 0 }

const plain = { listener: 0, revision: 0 }

const open: { close(): unknown }[] = []

afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

/** What came to one worker. */
class Inbox implements Gate {
  readonly messages: { readonly text: string; readonly flow: Flow }[] = []
  /** What it was asked about. */
  readonly asked: string[] = []
  unwanted: string | undefined = undefined
  #arrived: () => void = () => undefined

  received(text: string, from: Flow): void {
    if (!this.drops(text)) this.admitted(text, from)
  }

  drops(text: string): boolean {
    this.asked.push(text)
    return text === this.unwanted
  }

  admitted(text: string, from: Flow): void {
    this.messages.push({ text, flow: from })
    this.#arrived()
  }

  broken(): void {
    // A datagram is never cut.
  }

  unreachable(): void {
    // Nothing is sent to targets here.
  }

  arrival(): Promise<void> {
    return new Promise((resolve) => (this.#arrived = resolve))
  }
}

interface Seated {
  readonly handOver: HandOver
  readonly inbox: Inbox
  /** Who takes what the shared socket brings. */
  readonly shared: Receiver
  readonly port: number
}

async function workers(count: number): Promise<readonly Seated[]> {
  const sockets: HeldSocket[] = []
  for (let index = 0; index < count; index++) sockets.push(await holdSocket('127.0.0.1', 0))
  const ports = sockets.map(({ port }) => port)
  return Promise.all(
    sockets.map(async ({ fd, port }, index) => {
      const handOver = new HandOver({
        ...{ index, count, mark: index, succeeds: false },
        seat: { fd, ports, key, seed },
      })
      const inbox = new Inbox()
      const shared = handOver.receiver(0, inbox, true)
      handOver.bound(0, local)
      await handOver.open(host)
      open.push(handOver)
      return { handOver, inbox, shared, port }
    }),
  )
}

/** A request of a call that belongs to this worker. */
function callOf(owner: number, count: number): string {
  for (let n = 0; ; n++) {
    const text = `INVITE sip:bob@example.com SIP/2.0\r\nCall-ID: ${n}\r\nX: \xff\r\n\r\n`
    if (ownerOf(text, count, seed) === owner) return text
  }
}

test('a datagram of another worker’s call goes to that worker, with the source it came from', async () => {
  const [first, second] = await workers(2)
  const text = callOf(1, 2)
  first!.shared.received(text, flow)
  await second!.inbox.arrival()
  expect(second!.inbox.messages).toEqual([{ text, flow }])
  expect(second!.inbox.messages[0]!.flow.local).toBe(local)
  expect(first!.inbox.messages).toEqual([])
  expect(first!.handOver.counters).toEqual({ given: 1, taken: 0, forged: 0, stale: 0 })
  expect(second!.handOver.counters).toEqual({ given: 0, taken: 1, forged: 0, stale: 0 })
})

test('who takes a datagram off the wire asks whether it is wanted; what is not goes nowhere, what was handed over is not asked about', async () => {
  const [first, second] = await workers(2)
  const [unwanted, wanted] = [callOf(1, 2), callOf(1, 2).replace('X:', 'Y:')]
  first!.inbox.unwanted = unwanted
  first!.shared.received(unwanted, flow)
  first!.shared.received(wanted, flow)
  await second!.inbox.arrival()
  expect(first!.inbox.asked).toEqual([unwanted, wanted])
  expect(second!.inbox.asked).toEqual([])
  expect(second!.inbox.messages.map(({ text }) => text)).toEqual([wanted])
  expect(first!.handOver.counters.given).toBe(1)
})

test('what is its own, or nobody’s, a worker handles itself', async () => {
  const [first] = await workers(2)
  first!.shared.received(callOf(0, 2), flow)
  first!.shared.received('INVITE sip:bob@example.com SIP/2.0\r\n\r\n', flow)
  expect(first!.inbox.messages).toHaveLength(2)
  expect(first!.handOver.counters.given).toBe(0)
})

test('what was handed over goes no further, even to whom the receiver takes for the owner', async () => {
  const [, second, third] = await workers(3)
  // The third has heard that the first is away, the second has not.
  third!.handOver.away([0], 1)
  third!.shared.received(callOf(0, 3), flow)
  await second!.inbox.arrival()
  expect(second!.inbox.messages).toHaveLength(1)
  expect(second!.handOver.counters.given).toBe(0)
})

test('the calls of a worker that is away are the next one’s, and its own again when it is back', async () => {
  const [first, second, third] = await workers(3)
  const text = callOf(1, 3)
  first!.handOver.away([1], 1)
  first!.shared.received(text, flow)
  await third!.inbox.arrival()
  first!.handOver.away([1, 2], 2)
  first!.shared.received(text, flow)
  expect(first!.inbox.messages).toHaveLength(1)
  first!.handOver.away([], 3)
  first!.shared.received(text, flow)
  await second!.inbox.arrival()
  expect(second!.inbox.messages).toHaveLength(1)
})

test('a datagram without the key of this launch is counted and looked at no further', async () => {
  const [first] = await workers(1)
  const stranger: Socket = createSocket('udp4')
  open.push(stranger)
  const text = callOf(0, 1)
  const forgeries = [
    latin1(text),
    Buffer.alloc(20),
    latin1(key),
    latin1(wrap('\0'.repeat(32), plain, text, flow)),
    // The right key, and a listener that there is not.
    latin1(wrap(key, { listener: 7, revision: 0 }, text, flow)),
    // The right key, and an address longer than the rest.
    Buffer.concat([latin1(key), Buffer.from([0, 0, 0, 0, 0, 1, 1, 255, 65])]),
  ]
  for (const data of forgeries) stranger.send(data, first!.port, '127.0.0.1')
  stranger.send(latin1(wrap(key, plain, text, flow)), first!.port, '127.0.0.1')
  await first!.inbox.arrival()
  expect(first!.inbox.messages).toHaveLength(1)
  expect(first!.handOver.counters).toEqual({
    given: 0,
    taken: 1,
    forged: forgeries.length,
    stale: 0,
  })
})

test('what waits in the socket of a worker that is replaced reaches the replacement', async () => {
  const socket = await holdSocket('127.0.0.1', 0)
  const stranger = createSocket('udp4')
  open.push(stranger)
  const text = callOf(0, 1)
  stranger.send(latin1(wrap(key, plain, text, flow)), socket.port, '127.0.0.1')
  stranger.send(latin1(wrap(key, plain, text, flow)), socket.port, '127.0.0.1', () => {
    stranger.emit('sent')
  })
  await once(stranger, 'sent')
  const seat = { fd: socket.fd, ports: [socket.port], key, seed }
  const handOver = new HandOver({ index: 0, count: 1, mark: 0, succeeds: false, seat })
  open.push(handOver)
  const inbox = new Inbox()
  handOver.receiver(0, inbox, true)
  handOver.bound(0, local)
  const arrival = inbox.arrival()
  await handOver.open(host)
  await arrival
  expect(inbox.messages[0]!.text).toBe(text)
})

test('what waited for a worker until others had taken its calls is dropped: they have answered (§17.2.3)', async () => {
  const [first, second] = await workers(2)
  const text = callOf(1, 2)
  second!.handOver.away([1], 1)
  first!.shared.received(text, flow)
  // Both hear that it is back, and what comes from then on is new.
  first!.handOver.away([], 2)
  second!.handOver.away([], 2)
  const later = text.replace('X:', 'Y:')
  first!.shared.received(later, flow)
  await second!.inbox.arrival()
  expect(second!.inbox.messages.map((message) => message.text)).toEqual([later])
  expect(second!.handOver.counters).toEqual({ given: 0, taken: 1, forged: 0, stale: 1 })
})

test('a message too long to be wrapped stays where it is', async () => {
  const [first] = await workers(2)
  first!.shared.received(callOf(1, 2) + 'x'.repeat(65_440), flow)
  expect(first!.inbox.messages).toHaveLength(1)
})

test('every byte of a message survives', () => {
  const text = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join('')
  expect(unwrap(key, wrap(key, { listener: 3, revision: 4_000_000_000 }, text, flow))).toEqual({
    ...{
      listener: 3,
      revision: 4_000_000_000,
      text,
      remoteAddress: flow.remoteAddress,
      remotePort: flow.remotePort,
    },
  })
})

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}
