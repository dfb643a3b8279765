/**
 * UDP in native batches: one socket for everything. RFC 3261 §18
 *
 * The system's error queue names the destination of each ICMP error, so that one socket learns within milliseconds
 * what `udp-dgram.ts` needs a connected socket per destination for, and all traffic shares its batches. Beyond "port
 * unreachable" it also tells that a host or network cannot be reached (§18.4).
 */
// A type-only import leaves nothing behind at run time, where the package may be missing.
import type { openUdp, Peer, UdpFailure, UdpHandler, UdpSocket } from '@sipwright/udp-native'
import { SipError } from '../errors.js'
import { type Flow, type Hop, type LocalAddress } from '../message/flow.js'
import {
  type Family,
  familyOf,
  formatEndpoint,
  localAddressOf,
  normalizeAddress,
} from './address.js'
import {
  type ListenForDatagrams,
  maxPayload,
  minMessageBytes,
  passingErrors,
  udpProtocol,
} from './datagram.js'
import {
  type Listener,
  type ListenOptions,
  type Receiver,
  type TransportHost,
} from './transport.js'
import { listenError, reasonOf, unreachableError } from './unreachable.js'

/** Listens by means of the package, which was found to be usable here. */
export function listenInBatches(open: typeof openUdp): ListenForDatagrams {
  return async (options, receiver, host) => {
    await Promise.resolve()
    return new BatchListener(open, options, receiver, host)
  }
}

/** What a destination of ours was, for so long an ICMP error finds it; then it costs a look-up to send there again. */
const destinationIdleMs = 60_000

/** Strangers choose destinations too (a Contact): with so many in half of the idle time the older ones are forgotten. */
const mostDestinations = 10_000

/** A hop that we sent a request to. */
interface Destination {
  readonly hop: Hop
  readonly peer: Peer
}

class BatchListener implements Listener, UdpHandler<Flow> {
  readonly local: LocalAddress
  readonly connections = 0
  readonly #family: Family
  readonly #socket: UdpSocket<Flow>
  readonly #receiver: Receiver
  readonly #host: TransportHost
  /** By hop key, in two generations: what is used while it is in the older one moves to the younger. */
  #destinations = new Map<string, Destination>()
  #older = new Map<string, Destination>()
  #cancelAging: (() => void) | undefined
  #closed = false

  constructor(
    open: typeof openUdp,
    options: ListenOptions,
    receiver: Receiver,
    host: TransportHost,
  ) {
    const { address, port, inherited } = options
    this.#family = familyOf(address)
    this.#receiver = receiver
    this.#host = host
    try {
      const family = this.#family
      const coalesceMs = host.limits.udpCoalesceMs
      this.#socket = open<Flow>(
        inherited?.kind === 'datagrams'
          ? // Of a socket that others read too, they would take our errors, and we theirs.
            {
              ...{ family, address, port, coalesceMs, fd: inherited.fd },
              ...{ errorQueue: !inherited.shared, held: inherited.held !== undefined },
            }
          : { family, address, port, coalesceMs },
        this,
      )
    } catch (cause) {
      throw listenError(formatEndpoint(address, port), cause)
    }
    this.local = localAddressOf(udpProtocol, this.#socket.port, options)
    if (inherited?.kind === 'datagrams') {
      inherited.held?.({ begin: () => this.#socket.read(), end: () => this.#socket.hold() })
    }
  }

  sendTo(hop: Hop, text: string): SipError | undefined {
    if (this.#closed) return undefined
    if (text.length > maxPayload[this.#family]) {
      return new SipError('SIPW_ERR_MESSAGE_TOO_LARGE', [maxPayload[this.#family]])
    }
    const destination = this.#destinations.get(hop.key) ?? this.#destination(hop)
    if (destination === undefined) {
      process.nextTick(() => this.#unreachable(hop, notOfThisFamily))
    } else if (!this.#socket.send(destination.peer, text)) {
      this.#note('a datagram was not sent', queueFull, hop.key)
    }
    return undefined
  }

  sendBack(flow: Flow, text: string): boolean {
    if (this.#closed) return false
    const peer =
      flow instanceof PeerFlow && flow.local === this.local
        ? flow.peer
        : this.#socket.peer(flow.remoteAddress, flow.remotePort)
    if (peer === undefined) this.#note('a response could not be sent', notOfThisFamily)
    else if (text.length > maxPayload[this.#family]) {
      this.#note('a response could not be sent', tooLarge)
    } else if (!this.#socket.send(peer, text)) {
      this.#note('a response could not be sent', queueFull)
    }
    return true
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#cancelAging?.()
    this.#destinations.clear()
    this.#older.clear()
    this.#socket.close()
    await Promise.resolve()
  }

  // What the socket tells

  remember(peer: Peer): Flow {
    return new PeerFlow(this.local, peer)
  }

  received(text: string, flow: Flow): void {
    // Nobody can be answered at port 0, and the system would refuse to try.
    if (text.length < minMessageBytes || flow.remotePort === 0) return
    this.#receiver.received(text, flow)
  }

  failed({ kind, peer, error }: UdpFailure): void {
    if (kind === 'receive') {
      this.#note('receiving failed', error)
      return
    }
    const key = `UDP:${normalizeAddress(peer.address)}:${peer.port}`
    const destination = this.#destinations.get(key) ?? this.#older.get(key)
    // Nobody who was only answered is a hop of ours.
    if (destination === undefined) this.#note('a response could not be sent', error, key)
    else this.#unreachable(destination.hop, error)
  }

  #destination(hop: Hop): Destination | undefined {
    let destination = this.#older.get(hop.key)
    if (destination === undefined) {
      const peer = this.#socket.peer(hop.address, hop.port)
      if (peer === undefined) return undefined
      destination = { hop, peer }
    }
    if (this.#destinations.size >= mostDestinations) this.#nextGeneration()
    this.#destinations.set(hop.key, destination)
    this.#cancelAging ??= this.#host.clock.after(destinationIdleMs, () => this.#age())
    return destination
  }

  #age(): void {
    this.#nextGeneration()
    this.#cancelAging =
      this.#older.size === 0
        ? undefined
        : this.#host.clock.after(destinationIdleMs, () => this.#age())
  }

  #nextGeneration(): void {
    this.#older = this.#destinations
    this.#destinations = new Map()
  }

  #unreachable(hop: Hop, error: unknown): void {
    if (this.#closed) return
    if (passingErrors.has(reasonOf(error))) this.#note('a datagram was not sent', error, hop.key)
    else this.#receiver.unreachable(hop, unreachableError(hop.key, error))
  }

  #note(what: string, error: unknown, to = ''): void {
    const { address, port } = this.local
    const listener = `UDP:${formatEndpoint(address, port)}`
    this.#host.log.debug({ listener, to, reason: reasonOf(error) }, what)
  }
}

/** A flow that knows its far end as the system has it, so that an answer needs no look-up. */
class PeerFlow implements Flow {
  readonly local: LocalAddress
  readonly remoteAddress: string
  readonly remotePort: number
  readonly connection = 0
  readonly #peer: Peer

  constructor(local: LocalAddress, peer: Peer) {
    this.local = local
    this.remoteAddress = normalizeAddress(peer.address)
    this.remotePort = peer.port
    this.#peer = peer
  }

  /** Not a field: two flows are equal when what others see of them is. */
  get peer(): Peer {
    return this.#peer
  }
}

const notOfThisFamily = { code: 'EINVAL' }
const tooLarge = { code: 'EMSGSIZE' }
const queueFull = { code: 'ENOBUFS' }
