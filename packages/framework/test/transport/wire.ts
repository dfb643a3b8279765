/** What the transport tests share: a receiver that writes down, a host on a virtual clock, a peer's raw socket. */
import { once } from 'node:events'
import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { type Log } from '#src/environment.js'
import { type SipError } from '#src/errors.js'
import { type Flow, type Hop } from '#src/message/flow.js'
import { VirtualClock } from '#src/server/virtual-clock.js'
import { defaultTransportLimits } from '#src/transport/limits.js'
import { SendQueues } from '#src/transport/send-queues.js'
import {
  type Listener,
  type ListenOptions,
  type Receiver,
  type Transport,
  type TransportLimits,
} from '#src/transport/transport.js'

export const silentLog: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
}

/** Writes down what a transport tells, and lets a test wait for it. */
export class Notebook implements Receiver {
  readonly messages: { readonly text: string; readonly flow: Flow }[] = []
  readonly breaks: { readonly error: SipError; readonly text: string; readonly flow: Flow }[] = []
  readonly failures: { readonly hop: Hop; readonly error: SipError; readonly at: number }[] = []
  onBroken: (flow: Flow) => void = () => undefined

  received(text: string, flow: Flow): void {
    this.messages.push({ text, flow })
  }

  broken(error: SipError, text: string, flow: Flow): void {
    this.breaks.push({ error, text, flow })
    this.onBroken(flow)
  }

  unreachable(hop: Hop, error: SipError): void {
    this.failures.push({ hop, error, at: performance.now() })
  }
}

export interface Wire {
  readonly sendQueues: SendQueues
  readonly listener: Listener
  readonly notebook: Notebook
  readonly clock: VirtualClock
}

const opened: (() => void | Promise<void>)[] = []

/** Call from `afterEach`: closes what the test opened. */
export async function closeAll(): Promise<void> {
  for (const close of opened.splice(0)) await close()
}

/** Closed by `closeAll`. */
export function later(close: () => void | Promise<void>): void {
  opened.push(close)
}

/** A listener at a free port of a loopback address. */
export async function listen(
  transport: Transport,
  address = '127.0.0.1',
  limits: Partial<TransportLimits> = {},
  options: Partial<ListenOptions> = {},
): Promise<Wire> {
  const clock = new VirtualClock()
  const notebook = new Notebook()
  const whole = { ...defaultTransportLimits, ...limits }
  const sendQueues = new SendQueues(whole.allSendQueuesBytes)
  const host = { clock, log: silentLog, limits: whole, sendQueues }
  const listener = await transport.listen({ address, port: 0, ...options }, notebook, host)
  later(async () => {
    const closed = listener.close()
    clock.advance(10_000)
    await closed
  })
  return { listener, notebook, clock, sendQueues }
}

/** Waits until it holds; fails, saying what was waited for, after two seconds. */
export async function until(what: string, holds: () => boolean, limitMs = 2_000): Promise<void> {
  const end = performance.now() + limitMs
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** A plain UDP socket with what it received. */
export interface DatagramPeer {
  readonly socket: Datagrams
  readonly port: number
  readonly received: { readonly text: string; readonly port: number }[]
}

export async function datagramPeer(address = '127.0.0.1', port = 0): Promise<DatagramPeer> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  const received: { readonly text: string; readonly port: number }[] = []
  socket.on('message', (data, from) => {
    received.push({ text: data.toString('latin1'), port: from.port })
  })
  socket.bind(port, address)
  await once(socket, 'listening')
  let open = true
  socket.on('close', () => (open = false))
  later(() => {
    if (open) socket.close()
  })
  return { socket, port: socket.address().port, received }
}

/** A plain TCP connection with what it received. */
export interface StreamPeer {
  readonly socket: Socket
  readonly closed: boolean
  readonly text: string
}

export function streamPeer(socket: Socket): StreamPeer {
  const peer = { socket, closed: false, text: '' }
  socket.on('data', (data) => (peer.text += data.toString('latin1')))
  socket.on('error', () => undefined)
  socket.on('close', () => (peer.closed = true))
  later(() => void socket.destroy())
  return peer
}

export async function dial(port: number, address = '127.0.0.1'): Promise<StreamPeer> {
  const socket = connect(port, address)
  await once(socket, 'connect')
  return streamPeer(socket)
}

/** A plain TCP server with the connections that it accepted. */
export async function streamServer(
  port = 0,
  address = '127.0.0.1',
): Promise<{ readonly server: Server; readonly port: number; readonly peers: StreamPeer[] }> {
  const peers: StreamPeer[] = []
  const server = createServer((socket) => peers.push(streamPeer(socket)))
  server.listen(port, address)
  await once(server, 'listening')
  later(() => void server.close())
  return { server, port: (server.address() as AddressInfo).port, peers }
}

/** A port that nobody listens at. */
export async function closedPort(): Promise<number> {
  const { server, port } = await streamServer()
  server.close()
  await once(server, 'close')
  return port
}

/** A small request of so many bytes of body. */
export function request(name: string, bodyBytes = 0): string {
  return (
    `OPTIONS sip:${name}@example.com SIP/2.0\r\n` +
    `Via: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK${name}\r\nContent-Length: ${bodyBytes}\r\n\r\n` +
    'b'.repeat(bodyBytes)
  )
}
