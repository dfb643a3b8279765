/**
 * What all stream transports share: connections that are accepted and opened, found again, counted and limited.
 * TCP and TLS differ only in how they make a socket. RFC 3261 §18.1.1, §18.2
 */
import { once } from 'node:events'
import { type Server, type Socket } from 'node:net'
import { type SipError } from '../errors.js'
import { hop as hopOf, type Flow, type Hop, type LocalAddress } from '../message/flow.js'
import {
  familyOf,
  formatEndpoint,
  isUnspecified,
  localAddressOf,
  normalizeAddress,
  sourceOf,
} from './address.js'
import { Connection, type ConnectionOwner } from './connection.js'
import { isKeptBack } from './descriptors.js'
import {
  type Listener,
  type ListenOptions,
  type Receiver,
  type Transport,
  type TransportHost,
} from './transport.js'
import { listenError, reasonOf, unreachableError } from './unreachable.js'

/** How one stream transport makes its sockets. */
export interface StreamKind {
  readonly name: string
  readonly defaultPort: number
  /** A server that calls `accepted` with each socket that is ready for SIP. */
  createServer(accepted: (socket: Socket) => void): Server
  /** Opens a socket to a hop and calls `ready` when it may be written to; failure is the socket's `error`. */
  connect(hop: Hop, localAddress: string | undefined, ready: () => void): Socket
  /**
   * Whether a request may use a connection that the far end opened, when its address and port are the hop's.
   * Not where a certificate has to prove the hop's name. RFC 5923
   */
  readonly requestsOnAccepted: boolean
  /** Whether one of our connections serves hops of other names with the same address and port. */
  readonly sharedByNames: boolean
  /** Whom the far end has proven to be; undefined: nobody. */
  peerNames?(socket: Socket): readonly string[] | undefined
}

export function streamTransport(kind: StreamKind): Transport {
  const transport: Transport = {
    name: kind.name,
    reliable: true,
    defaultPort: kind.defaultPort,
    async listen(options, receiver, host) {
      const listener = new StreamListener(kind, receiver, host)
      await listener.bind(transport, options)
      return listener
    },
  }
  return transport
}

/** When descriptors run out: so many of those that come find room before one is refused again. */
const evictedAtOnce = 16

class StreamListener implements Listener, ConnectionOwner {
  #local: LocalAddress | undefined
  readonly #kind: StreamKind
  readonly #receiver: Receiver
  readonly #host: TransportHost
  readonly #server: Server
  /** By the number in their flow; the oldest comes first. */
  readonly #connections = new Map<number, Connection>()
  /** Those that requests may use, by hop. */
  readonly #byHop = new Map<string, Connection>()
  /** How many were accepted from each source. */
  readonly #sources = new Map<string, number>()
  #lastNumber = 0
  #accepted = 0
  #closed = false

  constructor(kind: StreamKind, receiver: Receiver, host: TransportHost) {
    this.#kind = kind
    this.#receiver = receiver
    this.#host = host
    this.#server = kind.createServer((socket) => this.#accept(socket))
  }

  async bind(transport: Transport, options: ListenOptions): Promise<void> {
    const { address, port, inherited } = options
    const server = this.#server
    if (inherited?.kind === 'connections') {
      this.#local = localAddressOf(transport, port, options)
      inherited.take((socket) => server.emit('connection', socket))
      return
    }
    try {
      // `once` rejects when `error` comes first.
      const listening = once(server, 'listening')
      // IPv4 has its own listener: a Via can name an address of one family only.
      server.listen({ host: address, port, ipv6Only: familyOf(address) === 6 })
      await listening
    } catch (cause) {
      throw listenError(formatEndpoint(address, port), cause)
    }
    const bound = server.address()
    const boundPort = bound !== null && typeof bound === 'object' ? bound.port : port
    this.#local = localAddressOf(transport, boundPort, options)
    server.on('error', (error) => this.#note('accepting failed', { reason: reasonOf(error) }))
  }

  get local(): LocalAddress {
    if (this.#local === undefined) throw new TypeError('not bound')
    return this.#local
  }

  get connections(): number {
    return this.#connections.size
  }

  sendTo(hop: Hop, text: string): SipError | undefined {
    if (this.#closed) return undefined
    if (hop.connection !== undefined) {
      this.#sendBy(hop.connection, hop, text)
      return undefined
    }
    const known = this.#byHop.get(this.#keyOf(hop))
    const connection = known?.isUsable() === true ? known : this.#open(hop)
    connection?.request(text)
    return undefined
  }

  hopOf(connection: number): Hop | undefined {
    const known = this.#connections.get(connection)
    if (known?.isUsable() !== true || known.hop !== undefined) return undefined
    const { remoteAddress, remotePort } = known.flow
    return { ...hopOf(this.#kind.name, remoteAddress, remotePort), connection }
  }

  sendBack(flow: Flow, text: string): boolean {
    return this.#connections.get(flow.connection)?.send(text) ?? false
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const closed = this.#server.listening ? once(this.#server, 'close') : undefined
    if (closed !== undefined) this.#server.close()
    for (const connection of this.#connections.values()) connection.close()
    await closed
  }

  message(text: string, connection: Connection): void {
    this.#receiver.received(text, connection.flow)
  }

  broken(error: SipError, text: string, connection: Connection): void {
    this.#receiver.broken(error, text, connection.flow)
  }

  closed(connection: Connection, cause: Error | undefined): void {
    const { flow, hop, awaited } = connection
    this.#connections.delete(flow.connection)
    if (hop === undefined) this.#forgetSource(flow.remoteAddress)
    const served = hop ?? hopOf(this.#kind.name, flow.remoteAddress, flow.remotePort)
    const key = this.#keyOf(served)
    if (this.#byHop.get(key) === connection) this.#byHop.delete(key)
    if (cause !== undefined) {
      const remote = formatEndpoint(flow.remoteAddress, flow.remotePort)
      this.#note('connection lost', { remote, reason: reasonOf(cause) })
    }
    // What was written and not answered is lost; what was answered, nobody waits for. RFC 3261 §18.4
    if (awaited && !this.#closed) {
      this.#receiver.unreachable(
        served,
        unreachableError(served.key, cause ?? 'closed by the far end'),
      )
    }
  }

  /** That it has gone is told later, as of every hop. */
  #sendBy(number: number, hop: Hop, text: string): void {
    const connection = this.#connections.get(number)
    if (connection?.isUsable() === true) connection.request(text)
    else {
      process.nextTick(() => {
        if (!this.#closed) this.#receiver.unreachable(hop, unreachableError(hop.key, 'it has gone'))
      })
    }
  }

  #accept(socket: Socket): void {
    const remoteAddress = normalizeAddress(socket.remoteAddress ?? '')
    const remotePort = socket.remotePort ?? 0
    // It may have gone before we looked.
    if (this.#closed || remoteAddress === '') return void socket.destroy()
    const source = sourceOf(remoteAddress)
    const fromSource = this.#sources.get(source) ?? 0
    const { connections, connectionsPerSource, descriptors } = this.#host.limits
    const isKept = isKeptBack(socket, descriptors)
    // This one must not keep its descriptor; those that come next find room.
    for (let evicted = 0; isKept && evicted < evictedAtOnce; evicted++) this.#evictSilent()
    const isFull = this.#accepted >= connections
    if (isKept || fromSource >= connectionsPerSource || (isFull && !this.#evictSilent())) {
      this.#note('connection refused: too many', { remote: remoteAddress })
      return void socket.destroy()
    }
    this.#sources.set(source, (this.#sources.get(source) ?? 0) + 1)
    this.#accepted++
    const connection = this.#add(socket, remoteAddress, remotePort, undefined)
    if (!this.#kind.requestsOnAccepted) return
    const { key } = hopOf(this.#kind.name, remoteAddress, remotePort)
    if (!this.#byHop.has(key)) this.#byHop.set(key, connection)
  }

  /**
   * Makes room among the accepted: the oldest that has never brought a message goes. Who has spoken SIP is not
   * driven out by who has not.
   */
  #evictSilent(): boolean {
    for (const connection of this.#connections.values()) {
      if (connection.hop !== undefined || connection.messages > 0) continue
      connection.destroy()
      return true
    }
    return false
  }

  #open(hop: Hop): Connection | undefined {
    const { address } = this.local
    let connection: Connection | undefined
    try {
      const from = isUnspecified(address) ? undefined : address
      const socket = this.#kind.connect(hop, from, () => connection?.connected())
      connection = this.#add(socket, hop.address, hop.port, hop)
    } catch (cause) {
      // Such as a port that is none. Told later, as every failure to reach a hop.
      process.nextTick(() => {
        if (!this.#closed) this.#receiver.unreachable(hop, unreachableError(hop.key, cause))
      })
      return undefined
    }
    this.#byHop.set(this.#keyOf(hop), connection)
    return connection
  }

  #add(
    socket: Socket,
    remoteAddress: string,
    remotePort: number,
    hop: Hop | undefined,
  ): Connection {
    const number = ++this.#lastNumber
    const names = hop === undefined ? this.#kind.peerNames?.(socket) : undefined
    const peer = names === undefined ? undefined : { peerNames: names }
    const flow: Flow = { local: this.local, remoteAddress, remotePort, connection: number, ...peer }
    const connection = new Connection(socket, flow, hop, this, this.#host)
    this.#connections.set(number, connection)
    return connection
  }

  #forgetSource(remoteAddress: string): void {
    const source = sourceOf(remoteAddress)
    const left = (this.#sources.get(source) ?? 1) - 1
    if (left === 0) this.#sources.delete(source)
    else this.#sources.set(source, left)
    this.#accepted--
  }

  #keyOf(hop: Hop): string {
    return this.#kind.sharedByNames ? hop.key : `${hop.key}/${hop.host}`
  }

  #note(what: string, fields: Readonly<Record<string, string>>): void {
    const { address, port } = this.local
    const listener = `${this.#kind.name}:${formatEndpoint(address, port)}`
    this.#host.log.debug({ listener, ...fields }, what)
  }
}
