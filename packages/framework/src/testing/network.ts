/**
 * A network in one process, on virtual time: whole apps and scripted phones joined by datagrams that may be lost,
 * doubled and overtaken, and by streams that may be refused, swallowed, reset and forgotten. Equal seeds give equal
 * runs, message for message.
 */
import { SipError } from '../errors.js'
import { type Flow, type Hop, type LocalAddress, type TransportName } from '../message/flow.js'
import { VirtualClock } from '../server/virtual-clock.js'
import {
  type Listener,
  type ListenOptions,
  type Receiver,
  type Transport,
  type TransportHost,
} from '../transport/transport.js'
import { SeededChance } from './chance.js'
import { StreamEnd, type StreamNetwork } from './stream.js'

/** What happens to datagrams on the way. Probabilities are within 0 and 1, times in milliseconds. */
export interface Link {
  /** One way. */
  readonly latencyMs: number
  /** Uniform, added to the latency. */
  readonly jitterMs: number
  readonly loss: number
  readonly duplication: number
  /** How often a datagram is held back by `reorderMs`, so that later ones overtake it. */
  readonly reordering: number
  readonly reorderMs: number
}

export interface NetworkOptions {
  /** Default 1. */
  readonly seed?: number
  /** The link between any two nodes; default: 1 ms, nothing lost. */
  readonly link?: Partial<Link>
}

/** One message as it was sent. A datagram that the network doubled is here twice. */
export interface TracedMessage {
  readonly sentAt: number
  /** Undefined: it never arrived. */
  arrivedAt: number | undefined
  readonly transport: TransportName
  /** `192.0.2.1:5060` */
  readonly from: string
  readonly to: string
  /** latin1 */
  readonly text: string
}

/** What connection attempts meet at an address. */
export type StreamFault =
  /** Nobody answers: the connect timeout passes. */
  | { readonly kind: 'black-hole' }
  /** The connection stands, and its handshake fails for this reason: a certificate that nobody trusts. */
  | { readonly kind: 'handshake'; readonly reason: string }

export class Network implements StreamNetwork {
  readonly clock = new VirtualClock()
  /** For apps and phones alike, so that no two branches are equal. */
  readonly chance: SeededChance
  readonly trace: TracedMessage[] = []
  readonly #luck: SeededChance
  readonly #link: Link
  readonly #links = new Map<string, Link>()
  readonly #sockets = new Map<string, Socket>()
  /** Addresses whose host is down. */
  readonly #down = new Set<string>()
  readonly #faults = new Map<string, StreamFault>()
  #connections = 0

  constructor({ seed = 1, link = {} }: NetworkOptions = {}) {
    this.chance = new SeededChance(seed)
    this.#luck = new SeededChance(seed ^ 0x5eed)
    this.#link = { ...quietLink, ...link }
  }

  /** A transport for `AppOptions.transports`: UDP carries datagrams, any other name streams. */
  transport(name: TransportName): Transport {
    return {
      name,
      reliable: name !== 'UDP',
      defaultPort: name === 'TLS' ? 5061 : 5060,
      listen: (options, receiver, host) => this.#listen(name, options, receiver, host),
    }
  }

  /** Sets one direction between two hosts apart from the others. */
  impair(from: string, to: string, link: Partial<Link>): void {
    this.#links.set(`${from}>${to}`, { ...this.#link, ...link })
  }

  /** From now on, connection attempts to `192.0.2.9:5061` meet this; undefined: nothing any more. */
  fault(address: string, fault: StreamFault | undefined): void {
    if (fault === undefined) this.#faults.delete(address)
    else this.#faults.set(address, fault)
  }

  /**
   * A host loses its power: datagrams to it vanish, connections are forgotten without a word. With `unreachable`
   * only its programs end: datagrams meet a closed port (ICMP), connections are reset and refused.
   */
  crash(host: string, how: 'silent' | 'unreachable' = 'silent'): void {
    if (how === 'silent') this.#down.add(host)
    for (const socket of this.#sockets.values()) {
      if (socket.local.address !== host) continue
      socket.alive = false
      socket.forget(how === 'unreachable')
    }
  }

  /** It is back, with the listeners that it had and none of its connections. */
  restore(host: string): void {
    this.#down.delete(host)
    for (const socket of this.#sockets.values()) {
      if (socket.local.address === host) socket.alive = true
    }
  }

  /** Closes every connection between two hosts: both ends learn of it at once. */
  reset(one: string, other: string, how: 'reset' | 'closed' = 'reset'): void {
    for (const socket of this.#sockets.values()) {
      if (socket.local.address !== one && socket.local.address !== other) continue
      for (const end of socket.ends) {
        if (end.remoteAddress === one || end.remoteAddress === other) end.cut(how)
      }
    }
  }

  /** Lets virtual time pass; promises settle on the way. */
  run(ms: number): Promise<void> {
    return this.clock.run(ms)
  }

  /** The trace as a ladder, one message per line; of one call, if its Call-ID (or any other text) is given. */
  ladder(containing = ''): string {
    return this.trace
      .filter(({ text }) => text.includes(containing))
      .map(({ sentAt, arrivedAt, transport, from, to, text }) => {
        const arrow = arrivedAt === undefined ? '--x' : '-->'
        const cseq = /^CSeq: *(.*)$/im.exec(text)?.[1] ?? ''
        const startLine = text.slice(0, Math.max(0, text.indexOf('\r\n')))
        return `${sentAt.toFixed(1).padStart(9)}  ${from} ${arrow} ${to}  ${transport}  ${startLine}  [${cseq}]`
      })
      .join('\n')
  }

  // For streams

  /** @internal */
  connect(end: StreamEnd, hop: Hop): void {
    const fault = this.#faults.get(`${hop.address}:${hop.port}`)
    if (fault?.kind === 'black-hole' || this.#isCut(end.local.address, hop.address)) {
      this.clock.after(end.host.limits.connectTimeoutMs, () => end.failed('connect timeout'))
      return
    }
    const latencyMs = this.#linkFrom(end.local.address, hop.address).latencyMs
    this.clock.after(latencyMs, () => {
      const socket = this.#aliveAt(hop.transport, hop.address, hop.port)
      if (fault !== undefined) {
        this.clock.after(3 * latencyMs, () => end.failed(fault.reason))
      } else if (socket === undefined) {
        this.clock.after(latencyMs, () => end.failed('ECONNREFUSED'))
      } else {
        const peer = socket.accept(end, ++this.#connections)
        this.clock.after(latencyMs, () => end.opened(peer))
      }
    })
  }

  /** @internal */
  carry(from: StreamEnd, to: StreamEnd, octets: string): void {
    const traced = this.#traced(from.local.transport, addressOf(from.local), to.name, octets)
    if (this.#isCut(from.local.address, to.local.address)) return
    const { latencyMs } = this.#linkFrom(from.local.address, to.local.address)
    this.clock.after(latencyMs, () => {
      if (this.#isCut(from.local.address, to.local.address)) return
      if (to.open) {
        traced.arrivedAt = this.clock.now()
        to.receive(octets)
      } else this.clock.after(latencyMs, () => from.cut('reset'))
    })
  }

  /** @internal */
  farewell(from: StreamEnd, to: StreamEnd, how: 'reset' | 'closed'): void {
    if (this.#isCut(from.local.address, to.local.address)) return
    const { latencyMs } = this.#linkFrom(from.local.address, to.local.address)
    this.clock.after(latencyMs, () => to.cut(how))
  }

  /** @internal */
  ephemeralPort(): number {
    return 32_768 + (++this.#connections % 28_000)
  }

  // Datagrams

  #send(from: Socket, address: string, port: number, text: string): SipError | undefined {
    if (text.length > maxDatagram) return new SipError('SIPW_ERR_MESSAGE_TOO_LARGE', [maxDatagram])
    const link = this.#linkFrom(from.local.address, address)
    const copies = this.#luck.random() < link.duplication ? 2 : 1
    for (let copy = 0; copy < copies; copy++) this.#datagram(from, address, port, text, link)
    return undefined
  }

  #datagram(from: Socket, address: string, port: number, text: string, link: Link): void {
    const traced = this.#traced('UDP', addressOf(from.local), joined(address, port), text)
    const lost = this.#luck.random() < link.loss
    const late = this.#luck.random() < link.reordering ? link.reorderMs : 0
    const delay = link.latencyMs + this.#luck.random() * link.jitterMs + late
    if (lost || this.#isCut(from.local.address, address)) return
    this.clock.after(delay, () => {
      if (this.#isCut(from.local.address, address)) return
      const socket = this.#aliveAt('UDP', address, port)
      if (socket === undefined) {
        this.clock.after(link.latencyMs, () => from.unreachable(address, port))
        return
      }
      traced.arrivedAt = this.clock.now()
      socket.receiver.received(text, {
        local: socket.local,
        remoteAddress: from.local.address,
        remotePort: from.local.port,
        connection: 0,
      })
    })
  }

  // Everybody

  #listen(
    name: TransportName,
    options: ListenOptions,
    receiver: Receiver,
    host: TransportHost,
  ): Promise<Listener> {
    const port = options.port === 0 ? this.ephemeralPort() : options.port
    const key = `${name}:${joined(options.address, port)}`
    if (this.#sockets.has(key)) {
      return Promise.reject(new SipError('SIPW_ERR_LISTEN', [key, 'EADDRINUSE']))
    }
    const local: LocalAddress = {
      transport: name,
      reliable: name !== 'UDP',
      address: options.address,
      port,
      advertisedHost: options.advertise?.host ?? options.address,
      advertisedPort: options.advertise?.port ?? port,
      zone: options.zone ?? 'public',
    }
    const socket: Socket = new Socket(this, local, receiver, host, {
      send: (address, to, text) => this.#send(socket, address, to, text),
      closed: () => this.#sockets.delete(key),
    })
    this.#sockets.set(key, socket)
    return Promise.resolve(socket)
  }

  #aliveAt(transport: TransportName, address: string, port: number): Socket | undefined {
    const socket = this.#sockets.get(`${transport}:${joined(address, port)}`)
    return socket?.alive === true ? socket : undefined
  }

  #isCut(one: string, other: string): boolean {
    return this.#down.size > 0 && (this.#down.has(one) || this.#down.has(other))
  }

  #linkFrom(from: string, to: string): Link {
    return this.#links.get(`${from}>${to}`) ?? this.#link
  }

  #traced(transport: TransportName, from: string, to: string, text: string): TracedMessage {
    const sentAt = this.clock.now()
    const traced = { sentAt, arrivedAt: undefined, transport, from, to, text }
    this.trace.push(traced)
    return traced
  }
}

/** One bound address: all of a datagram transport, and the place where streams begin and end. */
class Socket implements Listener {
  readonly local: LocalAddress
  readonly receiver: Receiver
  /** Open connections, by what a message to them is addressed to. */
  readonly #ends = new Map<string, StreamEnd>()
  alive = true
  readonly #network: StreamNetwork
  readonly #host: TransportHost
  readonly #wire: Wire

  constructor(
    network: StreamNetwork,
    local: LocalAddress,
    receiver: Receiver,
    host: TransportHost,
    wire: Wire,
  ) {
    this.#network = network
    this.local = local
    this.receiver = receiver
    this.#host = host
    this.#wire = wire
  }

  get ends(): readonly StreamEnd[] {
    return [...this.#ends.values()]
  }

  get connections(): number {
    return this.#ends.size
  }

  sendTo(hop: Hop, text: string): SipError | undefined {
    if (!this.local.reliable) return this.#wire.send(hop.address, hop.port, text)
    const name = joined(hop.address, hop.port)
    let end = this.#ends.get(name)
    if (end === undefined) {
      end = this.#newEnd(hop.address, hop.port, this.#network.ephemeralPort(), hop)
      this.#network.connect(end, hop)
    }
    end.send(text)
    return undefined
  }

  sendBack(flow: Flow, text: string): boolean {
    if (!this.local.reliable) {
      this.#wire.send(flow.remoteAddress, flow.remotePort, text)
      return true
    }
    const end = this.#ends.get(joined(flow.remoteAddress, flow.remotePort))
    if (end?.connection !== flow.connection) return false
    end.send(text)
    return true
  }

  close(): Promise<void> {
    this.alive = false
    for (const end of this.ends) end.close()
    this.#wire.closed()
    return Promise.resolve()
  }

  /** The far end of a connection that somebody opened to here. */
  accept(from: StreamEnd, connection: number): StreamEnd {
    const end = this.#newEnd(from.local.address, from.port, this.local.port, undefined)
    end.connection = connection
    end.opened(from)
    return end
  }

  /** The program that held the connections is gone. */
  forget(tellPeers: boolean): void {
    for (const end of this.ends) end.vanish(tellPeers)
  }

  unreachable(address: string, port: number): void {
    if (!this.alive) return
    const to = joined(address, port)
    const hop = { transport: 'UDP', address, port, host: address, key: `UDP:${address}:${port}` }
    this.receiver.unreachable(hop, new SipError('SIPW_ERR_UNREACHABLE', [to, 'ECONNREFUSED']))
  }

  #newEnd(
    remoteAddress: string,
    remotePort: number,
    port: number,
    hop: Hop | undefined,
  ): StreamEnd {
    const name = joined(remoteAddress, remotePort)
    const end = new StreamEnd(this.#network, this.local, this.receiver, this.#host, {
      remoteAddress,
      remotePort,
      port,
      hop,
      gone: () => {
        if (this.#ends.get(name) === end) this.#ends.delete(name)
      },
    })
    this.#ends.set(name, end)
    return end
  }
}

interface Wire {
  send(address: string, port: number, text: string): SipError | undefined
  closed(): void
}

function addressOf({ address, port }: LocalAddress): string {
  return joined(address, port)
}

function joined(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

const quietLink: Link = {
  latencyMs: 1,
  jitterMs: 0,
  loss: 0,
  duplication: 0,
  reordering: 0,
  reorderMs: 20,
}

/** RFC 768: what a UDP datagram over IPv4 can carry. */
const maxDatagram = 65_507
