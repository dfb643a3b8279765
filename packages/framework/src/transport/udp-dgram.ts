/**
 * UDP over `node:dgram`, where native batches cannot be had. RFC 3261 §18
 *
 * A listener has one main socket. Each destination of our requests gets a socket of its own, bound to the same
 * local port and connected: only to a connected socket does the system tell that nobody listens at the far end
 * (ICMP), and it tells within milliseconds, where Timer B takes 32 seconds. What that destination sends comes by
 * its socket too, so both kinds deliver alike.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { SipError } from '../errors.js'
import { type Flow, type Hop, type LocalAddress } from '../message/flow.js'
import { handleOf } from './dgram-handle.js'
import {
  familyOf,
  formatEndpoint,
  localAddressOf,
  normalizeAddress,
  type Family,
} from './address.js'
import {
  type ListenForDatagrams,
  maxPayload,
  minMessageBytes,
  passingErrors,
  udpProtocol,
} from './datagram.js'
import {
  type Inherited,
  type Listener,
  type ListenOptions,
  type Reading,
  type Receiver,
  type TransportHost,
} from './transport.js'
import { listenError, reasonOf, unreachableError } from './unreachable.js'

export const listenOverDgram: ListenForDatagrams = async (options, receiver, host) => {
  const { inherited } = options
  if (inherited?.kind === 'datagrams') return takeOver(inherited, options, receiver, host)
  const port = await freePort(options)
  const socket = openSocket(familyOf(options.address))
  try {
    await bind(socket, { address: options.address, port })
  } catch (cause) {
    socket.close()
    throw listenError(formatEndpoint(options.address, port), cause)
  }
  enlargeBuffers(socket)
  return new UdpListener(socket, localAddressOf(udpProtocol, port, options), false, receiver, host)
}

/** A socket that another process has bound. What has come in since waits in it. */
async function takeOver(
  { fd, shared, held }: Extract<Inherited, { kind: 'datagrams' }>,
  options: ListenOptions,
  receiver: Receiver,
  host: TransportHost,
): Promise<Listener> {
  const socket = openSocket(familyOf(options.address))
  const local = localAddressOf(udpProtocol, options.port, options)
  const listener = new UdpListener(socket, local, shared, receiver, host)
  try {
    await bind(socket, { fd }, held && ((reading) => held(listener.reading(reading))))
  } catch (cause) {
    socket.close()
    throw listenError(formatEndpoint(options.address, options.port), cause)
  }
  enlargeBuffers(socket)
  return listener
}

/** A destination's socket that nobody used for so long is closed. */
const destinationIdleMs = 60_000

/**
 * With all sockets taken, a destination used within this time keeps its own, and a new one is served by the main
 * socket: a burst to many phones must not open and close a socket for each call.
 */
const destinationHeldMs = 5_000

/** Socket buffers that ride out a pause of the collector; the system may grant less. */
const socketBufferBytes = 4 * 1024 * 1024

/** So many flows are remembered; a power of two. One that shares its place with another is made anew. */
const flowPlaces = 4_096

/** The connected socket of one destination. */
interface Destination {
  readonly hop: Hop
  readonly socket: Socket
  readonly sent: (error: Error | null) => void
  usedAt: number
}

class UdpListener implements Listener {
  readonly local: LocalAddress
  readonly connections = 0
  readonly #family: Family
  readonly #socket: Socket
  /** Other processes read it too: a socket of our own for a destination would take what is theirs. */
  #shared: boolean
  readonly #receiver: Receiver
  readonly #host: TransportHost
  /**
   * Of those heard of lately: whoever looks something up by a flow's address finds it faster by a text that was looked up
   * before. Each has one place, which the next of its port takes, so that a stranger who invents ports costs no memory.
   */
  readonly #flows = new Array<Flow | undefined>(flowPlaces).fill(undefined)
  /** By hop key. */
  readonly #destinations = new Map<string, Destination>()
  #cancelSweep: (() => void) | undefined
  #closed = false

  constructor(
    socket: Socket,
    local: LocalAddress,
    shared: boolean,
    receiver: Receiver,
    host: TransportHost,
  ) {
    this.local = local
    this.#shared = shared
    this.#family = familyOf(local.address)
    this.#socket = socket
    this.#receiver = receiver
    this.#host = host
    socket.on('message', (data, from) => this.#received(data, from))
    socket.on('error', (error) => this.#note('receiving failed', error))
  }

  sendTo(hop: Hop, text: string): SipError | undefined {
    if (this.#closed) return undefined
    if (text.length > maxPayload[this.#family]) {
      return new SipError('SIPW_ERR_MESSAGE_TOO_LARGE', [maxPayload[this.#family]])
    }
    const destination = this.#destination(hop)
    const data = Buffer.from(text, 'latin1')
    if (destination !== undefined) {
      destination.socket.send(data, destination.sent)
      return undefined
    }
    try {
      this.#socket.send(data, hop.port, hop.address, (error) => this.#failed(hop, error))
    } catch (error) {
      process.nextTick(() => this.#failed(hop, error))
    }
    return undefined
  }

  sendBack(flow: Flow, text: string): boolean {
    if (this.#closed) return false
    try {
      // Without a callback: it would cost a turn of its own for each answer, and nothing is done about one that fails.
      this.#socket.send(Buffer.from(text, 'latin1'), flow.remotePort, flow.remoteAddress)
    } catch (error) {
      this.#note('a response could not be sent', error)
    }
    return true
  }

  /** Of its main socket; with the end of that, sockets of destinations would take what another process waits for. */
  reading(main: Reading): Reading {
    return {
      begin: () => main.begin(),
      end: () => {
        this.#shared = true
        for (const destination of this.#destinations.values()) this.#drop(destination)
        main.end()
      },
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#cancelSweep?.()
    for (const { socket } of this.#destinations.values()) socket.close()
    this.#destinations.clear()
    const closed = once(this.#socket, 'close')
    this.#socket.close()
    await closed
  }

  #received(data: Buffer, from: RemoteInfo): void {
    // Nobody can be answered at port 0, and the system would refuse to try.
    if (data.length < minMessageBytes || from.port === 0) return
    this.#receiver.received(data.toString('latin1'), this.#flowOf(from))
  }

  #flowOf({ address, port: remotePort }: RemoteInfo): Flow {
    const place = remotePort & (flowPlaces - 1)
    const remoteAddress = this.#family === 4 ? address : normalizeAddress(address)
    const known = this.#flows[place]
    if (known?.remotePort === remotePort && known.remoteAddress === remoteAddress) return known
    const flow = { local: this.local, remoteAddress, remotePort, connection: 0 }
    this.#flows[place] = flow
    return flow
  }

  #destination(hop: Hop): Destination | undefined {
    if (this.#shared) return undefined
    const known = this.#destinations.get(hop.key) ?? this.#open(hop)
    if (known === undefined) return undefined
    known.usedAt = this.#host.clock.now()
    return known
  }

  /** Undefined when the destination is left to the main socket. */
  #open(hop: Hop): Destination | undefined {
    const now = this.#host.clock.now()
    if (this.#destinations.size >= this.#host.limits.udpDestinations) {
      const oldest = this.#oldest()
      if (oldest === undefined || now - oldest.usedAt < destinationHeldMs) return undefined
      this.#drop(oldest)
    }
    const socket = openSocket(this.#family)
    // Until it is connected, the system may hand it anybody's datagrams: it treats them as the main one does.
    socket.on('message', (data, from) => this.#received(data, from))
    socket.on('error', (error) => this.#failed(hop, error))
    try {
      // With a lookup that answers at once, both calls are done when they return; else remoteAddress throws.
      socket.bind({ address: this.local.address, port: this.local.port })
      socket.connect(hop.port, hop.address)
      socket.remoteAddress()
      enlargeBuffers(socket)
    } catch (error) {
      // The main socket tries it, and tells what is wrong with the hop: once is enough.
      this.#note('no socket of its own for a destination', error, hop.key)
      socket.removeAllListeners('error')
      socket.on('error', () => undefined)
      socket.close()
      return undefined
    }
    const destination: Destination = {
      hop,
      socket,
      sent: (error) => this.#failed(hop, error),
      usedAt: now,
    }
    this.#destinations.set(hop.key, destination)
    this.#cancelSweep ??= this.#host.clock.after(destinationIdleMs, () => this.#sweep())
    return destination
  }

  /** Looked for when one is opened, which costs far more than this; keeping an order would cost with every send. */
  #oldest(): Destination | undefined {
    let oldest: Destination | undefined
    for (const destination of this.#destinations.values()) {
      if (oldest === undefined || destination.usedAt < oldest.usedAt) oldest = destination
    }
    return oldest
  }

  #drop(destination: Destination): void {
    this.#destinations.delete(destination.hop.key)
    destination.socket.close()
  }

  #sweep(): void {
    const now = this.#host.clock.now()
    for (const destination of this.#destinations.values()) {
      if (now - destination.usedAt >= destinationIdleMs) this.#drop(destination)
    }
    this.#cancelSweep =
      this.#destinations.size === 0
        ? undefined
        : this.#host.clock.after(destinationIdleMs, () => this.#sweep())
  }

  #failed(hop: Hop, error: unknown): void {
    if (error === null || error === undefined || this.#closed) return
    if (passingErrors.has(reasonOf(error))) this.#note('a datagram was not sent', error, hop.key)
    else this.#receiver.unreachable(hop, unreachableError(hop.key, error))
  }

  #note(what: string, error: unknown, to = ''): void {
    const { address, port } = this.local
    const listener = `UDP:${formatEndpoint(address, port)}`
    this.#host.log.debug({ listener, to, reason: reasonOf(error) }, what)
  }
}

/** Never asks DNS: every address that gets here is numeric. */
function answerAtOnce(
  address: string,
  _options: unknown,
  done: (error: null, address: string, family: Family) => void,
): void {
  done(null, address, familyOf(address))
}

function openSocket(family: Family, reuseAddr = true): Socket {
  return createSocket({
    type: family === 6 ? 'udp6' : 'udp4',
    reuseAddr,
    // IPv4 has its own listener: a Via can name an address of one family only.
    ipv6Only: family === 6,
    lookup: answerAtOnce,
  })
}

/**
 * The port to bind. Sockets that share a port (`reuseAddr`) never hear that another process has it: one that does
 * not share is bound first, and told.
 */
async function freePort({ address, port }: ListenOptions): Promise<number> {
  const socket = openSocket(familyOf(address), false)
  try {
    await bind(socket, { address, port })
    return socket.address().port
  } catch (cause) {
    throw listenError(formatEndpoint(address, port), cause)
  } finally {
    const closed = once(socket, 'close')
    socket.close()
    await closed
  }
}

function bind(
  socket: Socket,
  to: { readonly address: string; readonly port: number } | { readonly fd: number },
  held?: (reading: Reading) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(to, () => {
      socket.off('error', reject)
      // In the same turn in which it was bound: nothing has been read.
      const handle = held === undefined ? undefined : handleOf(socket)
      handle?.recvStop()
      held?.({ begin: () => handle?.recvStart(), end: () => handle?.recvStop() })
      resolve()
    })
  })
}

function enlargeBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(socketBufferBytes)
    socket.setSendBufferSize(socketBufferBytes)
  } catch {
    // Some systems refuse instead of granting less; what they gave at first has to do.
  }
}
