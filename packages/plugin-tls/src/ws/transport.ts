/**
 * SIP over WebSocket: clients connect, one message is one SIP message, and what is for them goes by their connection. RFC 7118
 */
import { isUtf8 } from 'node:buffer'
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { type Duplex } from 'node:stream'
import {
  familyOf,
  type Flow,
  hop as hopTo,
  isKeptBack,
  type Hop,
  type Listener,
  listenError,
  type ListenOptions,
  type LocalAddress,
  localAddressOf,
  normalizeAddress,
  type QueueShare,
  type Receiver,
  type SipError,
  sourceOf,
  type Transport,
  type TransportHost,
  unreachableError,
} from '@sipwright/framework'
import { type WebSocket, WebSocketServer } from 'ws'
import { peerNames } from '../transport.js'
import { type WebSocketConfig } from './config.js'

/** Makes a server that calls `accepted` with each socket that HTTP may be spoken on. */
export type ServerOf = (accepted: (socket: Socket) => void) => Server

export function webSocketTransport(
  name: 'WS' | 'WSS',
  config: WebSocketConfig,
  serverOf: ServerOf = (accepted) => createServer(accepted),
): Transport {
  const transport: Transport = {
    name,
    reliable: true,
    defaultPort: name === 'WS' ? 80 : 443,
    async listen(options, receiver, host) {
      const listener = new WebSocketListener(name, config, receiver, host, serverOf)
      await listener.bind(transport, options)
      return listener
    },
  }
  return transport
}

interface Client {
  readonly socket: WebSocket
  readonly flow: Flow
  readonly queue: QueueShare
  /** It has answered the last ping. */
  alive: boolean
}

class WebSocketListener implements Listener {
  readonly #name: 'WS' | 'WSS'
  readonly #config: WebSocketConfig
  readonly #receiver: Receiver
  readonly #host: TransportHost
  readonly #server: Server
  readonly #upgrades: WebSocketServer
  readonly #clients = new Map<number, Client>()
  /** By where they come from: the client that a hop of that address and port stands for. */
  readonly #byHop = new Map<string, number>()
  /** Connections of each source, upgraded or not. */
  readonly #sources = new Map<string, number>()
  #connected = 0
  #lastNumber = 0
  #closed = false
  #local: LocalAddress | undefined = undefined
  #cancelPing: (() => void) | undefined = undefined

  constructor(
    name: 'WS' | 'WSS',
    config: WebSocketConfig,
    receiver: Receiver,
    host: TransportHost,
    serverOf: ServerOf,
  ) {
    this.#name = name
    this.#config = config
    this.#receiver = receiver
    this.#host = host
    const { messageBytes } = host.limits.message
    this.#upgrades = new WebSocketServer({
      ...{ noServer: true, perMessageDeflate: false, maxPayload: messageBytes },
      handleProtocols: () => 'sip',
    })
    const http = createHttpServer((_request, response) => {
      response.writeHead(426, { Connection: 'close', Upgrade: 'websocket' }).end()
    })
    http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    http.on('clientError', (_error, socket) => socket.destroy())
    this.#server = serverOf((socket) => {
      if (this.#admit(socket)) http.emit('connection', socket)
      else socket.destroy()
    })
  }

  async bind(transport: Transport, options: ListenOptions): Promise<void> {
    const { address, port, inherited } = options
    const server = this.#server
    if (inherited?.kind === 'connections') {
      this.#local = localAddressOf(transport, port, options)
      inherited.take((socket) => server.emit('connection', socket))
    } else {
      try {
        const listening = once(server, 'listening')
        server.listen({ host: address, port, ipv6Only: familyOf(address) === 6 })
        await listening
      } catch (cause) {
        throw listenError(`${address}:${port}`, cause)
      }
      const bound = server.address()
      const boundPort = bound !== null && typeof bound === 'object' ? bound.port : port
      this.#local = localAddressOf(transport, boundPort, options)
      server.on('error', (error) => this.#note('accepting failed', { reason: error.message }))
    }
    this.#planPing()
  }

  get local(): LocalAddress {
    if (this.#local === undefined) throw new TypeError('not bound')
    return this.#local
  }

  get connections(): number {
    return this.#clients.size
  }

  sendTo(hop: Hop, text: string): SipError | undefined {
    const number = hop.connection ?? this.#byHop.get(hop.key)
    if (number !== undefined && this.#send(number, text)) return undefined
    process.nextTick(() => {
      if (this.#closed) return
      this.#receiver.unreachable(
        hop,
        unreachableError(hop.key, 'no client is connected from there'),
      )
    })
    return undefined
  }

  sendBack({ connection }: Flow, text: string): boolean {
    return this.#send(connection, text)
  }

  hopOf(connection: number): Hop | undefined {
    const client = this.#clients.get(connection)
    if (client?.socket.readyState !== client?.socket.OPEN || client === undefined) return undefined
    const { remoteAddress, remotePort } = client.flow
    return { ...hopTo(this.#name, remoteAddress, remotePort), connection }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#cancelPing?.()
    const closed = this.#server.listening ? once(this.#server, 'close') : undefined
    if (closed !== undefined) this.#server.close()
    for (const { socket } of this.#clients.values()) socket.terminate()
    await closed
  }

  /** Bounds as those of other streams, and a deadline until it is a WebSocket. */
  #admit(socket: Socket): boolean {
    const source = sourceOf(normalizeAddress(socket.remoteAddress ?? ''))
    const fromSource = this.#sources.get(source) ?? 0
    const { connections, connectionsPerSource, descriptors } = this.#host.limits
    const isFull = this.#connected >= connections || isKeptBack(socket, descriptors)
    if (this.#closed || fromSource >= connectionsPerSource || isFull) {
      this.#note('connection refused: too many', { remote: source })
      return false
    }
    this.#sources.set(source, fromSource + 1)
    this.#connected++
    const late = this.#host.clock.after(this.#config.upgradeTimeoutMs, () => socket.destroy())
    socket.once('upgraded', late)
    socket.once('close', () => {
      late()
      this.#connected--
      const left = (this.#sources.get(source) ?? 1) - 1
      if (left === 0) this.#sources.delete(source)
      else this.#sources.set(source, left)
    })
    return true
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = this.#refusalOf(request)
    if (refusal !== undefined) {
      this.#note('upgrade refused', { reason: refusal })
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    this.#upgrades.handleUpgrade(request, socket, head, (client) => {
      socket.emit('upgraded')
      this.#add(client, request.socket)
    })
  }

  /** RFC 7118 §4: the subprotocol is `sip`. RFC 6455 §10.2: pages of other sites connect with their users' names. */
  #refusalOf({ headers }: IncomingMessage): string | undefined {
    const protocols = headers['sec-websocket-protocol']?.split(',').map((each) => each.trim())
    if (protocols?.includes('sip') !== true) return '400 Bad Request'
    const { origins } = this.#config
    if (origins === undefined) return undefined
    const { origin } = headers
    return origin !== undefined && origins.includes(origin) ? undefined : '403 Forbidden'
  }

  #add(socket: WebSocket, raw: Socket): void {
    const connection = ++this.#lastNumber
    const names = peerNames(raw)
    const flow: Flow = {
      local: this.local,
      remoteAddress: normalizeAddress(raw.remoteAddress ?? ''),
      remotePort: raw.remotePort ?? 0,
      connection,
      ...(names !== undefined && { peerNames: names }),
    }
    const { key } = hopTo(this.#name, flow.remoteAddress, flow.remotePort)
    const queue = this.#host.sendQueues.join()
    const client: Client = { socket, flow, queue, alive: true }
    this.#clients.set(connection, client)
    this.#byHop.set(key, connection)
    socket.on('message', (data: Buffer) => {
      const text = data.toString('latin1')
      // Keep-alives of RFC 5626 are done by ping and pong here. RFC 7118 §6
      if (text !== '\r\n' && text !== '\r\n\r\n') this.#receiver.received(text, flow)
    })
    socket.on('pong', () => (client.alive = true))
    // What it did wrong is its own affair; the connection closes by itself.
    socket.on('error', (error) => this.#note('connection lost', { reason: error.message }))
    socket.on('close', () => {
      queue.set(0)
      this.#clients.delete(connection)
      if (this.#byHop.get(key) === connection) this.#byHop.delete(key)
    })
  }

  /** One message; as text where it is UTF-8, as the octets that it is otherwise. RFC 7118 §5.2 */
  #send(connection: number, text: string): boolean {
    const client = this.#clients.get(connection)
    if (client?.socket.readyState !== client?.socket.OPEN || client === undefined) return false
    const { socket, queue } = client
    const waiting = socket.bufferedAmount
    const isTooMuch = waiting > this.#host.limits.sendQueueBytes || !queue.fits(text.length)
    if (waiting > 0 && isTooMuch) {
      socket.terminate()
      return false
    }
    const octets = Buffer.from(text, 'latin1')
    const count = (): void => {
      if (this.#clients.has(connection)) queue.set(socket.bufferedAmount)
    }
    socket.send(octets, { binary: !isUtf8(octets) }, count)
    count()
    return true
  }

  #planPing(): void {
    this.#cancelPing = this.#host.clock.after(this.#config.pingMs, () => {
      for (const client of this.#clients.values()) {
        if (!client.alive) client.socket.terminate()
        client.alive = false
        client.socket.ping()
      }
      if (!this.#closed) this.#planPing()
    })
  }

  #note(what: string, fields: Readonly<Record<string, string>>): void {
    const { address, port } = this.local
    this.#host.log.debug({ listener: `${this.#name}:${address}:${port}`, ...fields }, what)
  }
}
