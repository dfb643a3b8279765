import { afterEach, describe, expect, test } from '@jest/globals'
import { hop } from '#src/message/flow.js'
import { udpProtocol } from '#src/transport/datagram.js'
import { type Transport } from '#src/transport/transport.js'
import { listenOverDgram } from '#src/transport/udp-dgram.js'
import { listenInBatches } from '#src/transport/udp-native.js'
import { chooseUdp, udp } from '#src/transport/udp.js'
import * as native from '@sipwright/udp-native'
import { VirtualClock } from '#src/server/virtual-clock.js'
import { defaultTransportLimits } from '#src/transport/limits.js'
import { SendQueues } from '#src/transport/send-queues.js'
import {
  closeAll,
  closedPort,
  datagramPeer,
  listen,
  Notebook,
  request,
  silentLog,
  until,
} from './wire.js'

afterEach(closeAll)

/** Both ways hold the same rules; native batches where they can be had, which `whyUnavailable` says. */
const variants: readonly (readonly [string, Transport])[] = [
  ['node:dgram', { ...udpProtocol, listen: listenOverDgram }],
  ...(native.whyUnavailable() === undefined
    ? [['native batches', { ...udpProtocol, listen: listenInBatches(native.openUdp) }] as const]
    : []),
]

describe.each(variants)('over %s', (_name, udp) => {
  for (const address of ['127.0.0.1', '::1']) {
    test(`a request leaves from the listening port and its answer comes in by it, at ${address} (§18.1)`, async () => {
      const { listener, notebook } = await listen(udp, address)
      const peer = await datagramPeer(address)
      expect(listener.sendTo(hop('UDP', address, peer.port), request('one'))).toBeUndefined()
      await until('the request', () => peer.received.length === 1)
      expect(peer.received).toEqual([{ text: request('one'), port: listener.local.port }])
      peer.socket.send(request('two'), listener.local.port, address)
      await until('the answer', () => notebook.messages.length === 1)
      expect(notebook.messages).toEqual([
        {
          text: request('two'),
          flow: {
            local: listener.local,
            remoteAddress: address,
            remotePort: peer.port,
            connection: 0,
          },
        },
      ])
    })

    test(`a response goes back to where its request came from, at ${address} (§18.2.2, RFC 3581 §4)`, async () => {
      const { listener, notebook } = await listen(udp, address)
      const peer = await datagramPeer(address)
      peer.socket.send(request('one'), listener.local.port, address)
      await until('the request', () => notebook.messages.length === 1)
      expect(listener.sendBack(notebook.messages[0]!.flow, request('reply'))).toBe(true)
      await until('the response', () => peer.received.length === 1)
      expect(peer.received).toEqual([{ text: request('reply'), port: listener.local.port }])
    })
  }

  test('strangers are heard by the main socket while a destination has its own', async () => {
    const { listener, notebook } = await listen(udp)
    const [known, stranger] = [await datagramPeer(), await datagramPeer()]
    listener.sendTo(hop('UDP', '127.0.0.1', known.port), request('one'))
    known.socket.send(request('known'), listener.local.port, '127.0.0.1')
    stranger.socket.send(request('stranger'), listener.local.port, '127.0.0.1')
    await until('both', () => notebook.messages.length === 2)
    expect(notebook.messages.map(({ flow }) => flow.remotePort).sort()).toEqual(
      [known.port, stranger.port].sort(),
    )
  })

  test('messages to one destination keep their order and none is lost while its socket is made', async () => {
    const { listener } = await listen(udp)
    const peer = await datagramPeer()
    const names = Array.from({ length: 50 }, (_, index) => `n${index}`)
    for (const name of names) listener.sendTo(hop('UDP', '127.0.0.1', peer.port), request(name))
    await until('all', () => peer.received.length === names.length)
    expect(peer.received.map(({ text }) => text)).toEqual(names.map((name) => request(name)))
  })

  test('what a destination answers while we are busy waits for us: a quarter of a thousand messages and more', async () => {
    const { listener, notebook } = await listen(udp)
    const peer = await datagramPeer()
    listener.sendTo(hop('UDP', '127.0.0.1', peer.port), request('one'))
    await until('the request', () => peer.received.length === 1)
    const answer = request('answer').padEnd(600, ' ')
    // All leave before anything is read: what a socket of the default size holds is fewer.
    for (let sent = 0; sent < 250; sent++) {
      peer.socket.send(answer, listener.local.port, '127.0.0.1')
    }
    await until('all', () => notebook.messages.length === 250)
  })

  test('bytes above 127 pass unchanged both ways (§7.5)', async () => {
    const { listener, notebook } = await listen(udp)
    const peer = await datagramPeer()
    const text =
      request('x') + String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code))
    listener.sendTo(hop('UDP', '127.0.0.1', peer.port), text)
    await until('the request', () => peer.received.length === 1)
    expect(peer.received[0]!.text).toBe(text)
    peer.socket.send(Buffer.from(text, 'latin1'), listener.local.port, '127.0.0.1')
    await until('the echo', () => notebook.messages.length === 1)
    expect(notebook.messages[0]!.text).toBe(text)
  })

  test('a port that nobody listens at is told within a second by ICMP (§18.4)', async () => {
    const { listener, notebook } = await listen(udp)
    const dead = hop('UDP', '127.0.0.1', await closedPort())
    const start = performance.now()
    listener.sendTo(dead, request('one'))
    await until('ICMP', () => notebook.failures.length > 0)
    expect(notebook.failures[0]!.at - start).toBeLessThan(1_000)
    expect(notebook.failures[0]!.hop).toBe(dead)
    expect(notebook.failures[0]!.error).toMatchObject({ code: 'SIPW_ERR_UNREACHABLE', status: 503 })
    expect(notebook.failures[0]!.error.message).toContain('ECONNREFUSED')
  })

  test('a destination that comes back after ICMP is served again', async () => {
    const { listener, notebook } = await listen(udp)
    const port = await closedPort()
    listener.sendTo(hop('UDP', '127.0.0.1', port), request('one'))
    await until('ICMP', () => notebook.failures.length > 0)
    const peer = await datagramPeer('127.0.0.1', port)
    listener.sendTo(hop('UDP', '127.0.0.1', port), request('two'))
    await until('the request', () => peer.received.length === 1)
  })

  test('a phone that is gone when its answer comes is no hop of ours', async () => {
    const { listener, notebook } = await listen(udp)
    const gone = { remoteAddress: '127.0.0.1', remotePort: await closedPort(), connection: 0 }
    const dead = hop('UDP', '127.0.0.1', await closedPort())
    listener.sendBack({ local: listener.local, ...gone }, request('answer'))
    listener.sendTo(dead, request('one'))
    await until('ICMP', () => notebook.failures.length > 0)
    listener.sendBack({ local: listener.local, ...gone }, request('answer'))
    listener.sendTo(dead, request('two'))
    await until('ICMP again', () => notebook.failures.length > 1)
    expect(new Set(notebook.failures.map((failure) => failure.hop))).toEqual(new Set([dead]))
  })

  test('errors of one destination neither lose nor blame what goes to another', async () => {
    const { listener, notebook } = await listen(udp)
    const peer = await datagramPeer()
    const dead = hop('UDP', '127.0.0.1', await closedPort())
    const names = Array.from({ length: 100 }, (_, index) => `n${index}`)
    for (const name of names) {
      listener.sendTo(dead, request('one'))
      listener.sendTo(hop('UDP', '127.0.0.1', peer.port), request(name))
      if (name.endsWith('0')) await new Promise((resolve) => setImmediate(resolve))
    }
    await until('all', () => peer.received.length === names.length)
    expect(peer.received.map(({ text }) => text)).toEqual(names.map((name) => request(name)))
    expect(new Set(notebook.failures.map((failure) => failure.hop))).toEqual(new Set([dead]))
  })

  test('an address that cannot be routed to is told later, and nothing is thrown', async () => {
    const { listener, notebook } = await listen(udp)
    const unroutable = [
      hop('UDP', '::1', 5060),
      hop('UDP', '127.0.0.1', 0),
      hop('UDP', '255.255.255.255', 5060),
    ]
    for (const one of unroutable) listener.sendTo(one, request('one'))
    expect(notebook.failures).toEqual([])
    await until('three failures', () => notebook.failures.length === 3)
    expect(notebook.failures.map((failure) => failure.hop.key).sort()).toEqual(
      unroutable.map(({ key }) => key).sort(),
    )
  })

  test('a response to an impossible address is dropped, and nothing is thrown', async () => {
    const { listener } = await listen(udp)
    const flow = { local: listener.local, remoteAddress: '127.0.0.1', remotePort: 0, connection: 0 }
    expect(listener.sendBack(flow, request('one'))).toBe(true)
    expect(
      listener.sendBack({ ...flow, remoteAddress: '::1', remotePort: 9 }, request('one')),
    ).toBe(true)
  })

  test('the largest datagram passes; a larger message is refused alone, its hop is not blamed', async () => {
    const { listener, notebook } = await listen(udp)
    const peer = await datagramPeer()
    const to = hop('UDP', '127.0.0.1', peer.port)
    const largest = request('x').padEnd(65_507, 'x')
    expect(listener.sendTo(to, largest)).toBeUndefined()
    await until('the datagram', () => peer.received.length === 1)
    expect(peer.received[0]!.text).toBe(largest)
    expect(listener.sendTo(to, `${largest}x`)).toMatchObject({ code: 'SIPW_ERR_MESSAGE_TOO_LARGE' })
    peer.socket.send(request('one'), listener.local.port, '127.0.0.1')
    await until('a request', () => notebook.messages.length === 1)
    expect(listener.sendBack(notebook.messages[0]!.flow, `${largest}x`)).toBe(true)
    listener.sendTo(to, request('after'))
    await until('the next one', () => peer.received.length === 2)
    expect(notebook.failures).toEqual([])
  })

  test('keep-alives and empty datagrams are ignored (RFC 5626 §3.5.1 is about streams)', async () => {
    const { listener, notebook } = await listen(udp)
    const peer = await datagramPeer()
    for (const text of ['', '\r\n', '\r\n\r\n', '\0\0\0\0']) {
      peer.socket.send(text, listener.local.port, '127.0.0.1')
    }
    peer.socket.send(request('one'), listener.local.port, '127.0.0.1')
    await until('the request', () => notebook.messages.length > 0)
    expect(notebook.messages.map(({ text }) => text)).toEqual([request('one')])
    expect(peer.received).toEqual([])
  })

  test('idle destinations are forgotten, and no timer is left', async () => {
    const { listener, clock } = await listen(udp)
    const peer = await datagramPeer()
    listener.sendTo(hop('UDP', '127.0.0.1', peer.port), request('one'))
    expect(clock.next).toBeLessThan(Infinity)
    clock.advance(120_000)
    expect(clock.next).toBe(Infinity)
    listener.sendTo(hop('UDP', '127.0.0.1', peer.port), request('two'))
    await until('both', () => peer.received.length === 2)
  })

  test('a port that another socket has is refused with address, port and reason', async () => {
    const { listener } = await listen(udp)
    const { port } = listener.local
    await expect(listen(udp, '127.0.0.1', {}, { port })).rejects.toThrow(
      `cannot listen at 127.0.0.1:${port}: EADDRINUSE`,
    )
  })

  test('what is advertised is told instead of what is bound', async () => {
    const advertise = { host: 'edge.example.com', port: 5070 }
    const { listener } = await listen(udp, '127.0.0.1', {}, { advertise, zone: 'public' })
    expect(listener.local).toMatchObject({
      transport: 'UDP',
      reliable: false,
      address: '127.0.0.1',
      advertisedHost: 'edge.example.com',
      advertisedPort: 5070,
      zone: 'public',
    })
  })

  test('bound to the unspecified address it names an address of this machine, for Via', async () => {
    const { listener } = await listen(udp, '0.0.0.0')
    expect(listener.local.advertisedHost).not.toBe('0.0.0.0')
    const peer = await datagramPeer()
    listener.sendTo(hop('UDP', '127.0.0.1', peer.port), request('one'))
    await until('the request', () => peer.received.length === 1)
  })

  test('closed, it neither sends nor receives, and its port is free', async () => {
    const { listener, notebook } = await listen(udp)
    const peer = await datagramPeer()
    const to = hop('UDP', '127.0.0.1', peer.port)
    listener.sendTo(to, request('one'))
    await listener.close()
    await listener.close()
    listener.sendTo(to, request('two'))
    const { port } = listener.local
    const again = await datagramPeer('127.0.0.1', port)
    peer.socket.send(request('three'), port, '127.0.0.1')
    await until('the datagram at the new owner', () => again.received.length === 1)
    expect(notebook.messages).toEqual([])
  })
})

test('over node:dgram, with all sockets taken the one unused for longest goes, and one in use stays', async () => {
  const { listener, notebook, clock } = await listen(
    { ...udpProtocol, listen: listenOverDgram },
    '127.0.0.1',
    { udpDestinations: 2 },
  )
  const dead = async () => hop('UDP', '127.0.0.1', await closedPort())
  const [first, second, third, fourth] = [await dead(), await dead(), await dead(), await dead()]
  const heard = (one: typeof first) => notebook.failures.some((failure) => failure.hop === one)
  const isTold = async (one: typeof first) => {
    listener.sendTo(one, request('one'))
    await until(`ICMP from ${one.key}`, () => heard(one))
  }
  await isTold(first)
  clock.advance(6_000)
  await isTold(second)
  // The first is idle: the third takes its place. Then both are in use, and the fourth has to do without ICMP.
  await isTold(third)
  listener.sendTo(fourth, request('one'))
  notebook.failures.length = 0
  await isTold(second)
  expect(heard(fourth)).toBe(false)
  clock.advance(6_000)
  await isTold(fourth)
})

const canNot = (reason: string) => () =>
  Promise.resolve({ ...native, whyUnavailable: () => reason })

test.each([
  ['SIPWRIGHT_NATIVE=0', { SIPWRIGHT_NATIVE: '0' }, () => Promise.resolve(native)],
  ['@sipwright/udp-native is not installed', {}, () => Promise.reject(new Error('not found'))],
  ['@sipwright/udp-native: not built', {}, canNot('not built')],
])('node:dgram is used, and the log says why: %s', async (reason, environment, load) => {
  const choice = await chooseUdp(environment, load)
  expect(choice).toEqual({ listen: listenOverDgram, text: `udp: node:dgram (${reason})` })
})

test('a package that can be used is used, and the log says so', async () => {
  const canBe = () => Promise.resolve({ ...native, whyUnavailable: () => undefined })
  expect((await chooseUdp({}, canBe)).text).toBe('udp: native batches')
  expect((await chooseUdp({ SIPWRIGHT_NATIVE: '1' }, canBe)).text).toBe('udp: native batches')
})

test('what a process has chosen stands in the log of every listener', async () => {
  const lines: string[] = []
  const log = { ...silentLog, info: (_fields: object, text: string) => void lines.push(text) }
  const host = {
    clock: new VirtualClock(),
    log,
    limits: defaultTransportLimits,
    sendQueues: new SendQueues(Infinity),
  }
  const listener = await udp.listen({ address: '127.0.0.1', port: 0 }, new Notebook(), host)
  await listener.close()
  const { text } = await chooseUdp(process.env, () => import('@sipwright/udp-native'))
  expect(lines).toEqual([text])
})
