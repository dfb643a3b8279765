/** One end of a simulated connection: octets in order, cut into messages by the framer. RFC 3261 §18.3 */
import { SipError } from '../errors.js'
import { type Flow, type Hop, type LocalAddress } from '../message/flow.js'
import { Framer } from '../message/framer.js'
import { type Receiver, type TransportHost } from '../transport/transport.js'

/** What an end needs of the network that it hangs in. */
export interface StreamNetwork {
  connect(end: StreamEnd, hop: Hop): void
  carry(from: StreamEnd, to: StreamEnd, octets: string): void
  farewell(from: StreamEnd, to: StreamEnd, how: 'reset' | 'closed'): void
  ephemeralPort(): number
}

/** Where an end lies, and whom it tells that it is no more. */
export interface EndPlace {
  readonly remoteAddress: string
  readonly remotePort: number
  /** Ours: the listener's where we were called, a fresh one where we call. */
  readonly port: number
  /** Whom we called; undefined where we were called. */
  readonly hop: Hop | undefined
  gone(): void
}

export class StreamEnd {
  readonly local: LocalAddress
  readonly host: TransportHost
  /** RFC 5626: equal for all messages of one connection, 0 before it stands. */
  connection = 0
  readonly #network: StreamNetwork
  readonly #receiver: Receiver
  readonly #place: EndPlace
  readonly #framer: Framer
  /** What was sent before the connection stood. */
  #queue: string[] = []
  #state: 'connecting' | 'open' | 'gone' = 'connecting'
  #peer: StreamEnd | undefined = undefined
  /** Something was sent, and nothing has come since. */
  #awaiting = false

  constructor(
    network: StreamNetwork,
    local: LocalAddress,
    receiver: Receiver,
    host: TransportHost,
    place: EndPlace,
  ) {
    this.#network = network
    this.local = local
    this.#receiver = receiver
    this.host = host
    this.#place = place
    this.#framer = new Framer(host.limits.message)
  }

  get open(): boolean {
    return this.#state === 'open'
  }

  get remoteAddress(): string {
    return this.#place.remoteAddress
  }

  get port(): number {
    return this.#place.port
  }

  /** As the other end addresses us. */
  get name(): string {
    const { address } = this.local
    return address.includes(':') ? `[${address}]:${this.port}` : `${address}:${this.port}`
  }

  opened(peer: StreamEnd): void {
    if (this.#state === 'gone') {
      this.#network.farewell(this, peer, 'reset')
      return
    }
    this.#state = 'open'
    this.#peer = peer
    if (this.connection === 0) this.connection = peer.connection
    for (const octets of this.#queue) this.#network.carry(this, peer, octets)
    this.#queue = []
  }

  send(octets: string): void {
    this.#awaiting = true
    if (this.#peer === undefined) this.#queue.push(octets)
    else this.#network.carry(this, this.#peer, octets)
  }

  receive(octets: string): void {
    this.#awaiting = false
    const flow: Flow = {
      local: this.local,
      remoteAddress: this.#place.remoteAddress,
      remotePort: this.#place.remotePort,
      connection: this.connection,
    }
    for (const framed of this.#framer.push(octets)) {
      if (framed.kind === 'message') this.#receiver.received(framed.text, flow)
      else if (framed.kind === 'ping') this.send('\r\n')
      else if (framed.kind === 'broken') {
        this.#receiver.broken(framed.error, framed.text, flow)
        this.close()
      }
    }
  }

  /** Orderly: what has been sent arrives first. */
  close(): void {
    if (this.#peer !== undefined) this.#network.farewell(this, this.#peer, 'closed')
    this.#end()
  }

  /** The other end has closed, or the connection was reset under us: who waits for an answer is told. */
  cut(how: 'reset' | 'closed'): void {
    if (this.#state === 'gone') return
    if (how === 'reset' || this.#awaiting) this.failed(how === 'reset' ? 'ECONNRESET' : how)
    else this.#end()
  }

  failed(reason: string): void {
    if (this.#state === 'gone') return
    const { hop } = this.#place
    this.#end()
    if (hop === undefined) return
    this.#receiver.unreachable(hop, new SipError('SIPW_ERR_UNREACHABLE', [hop.key, reason]))
  }

  /** The program behind this end is gone; the kernel tells the peer, or nobody does. */
  vanish(tellPeer: boolean): void {
    if (tellPeer && this.#peer !== undefined) this.#network.farewell(this, this.#peer, 'reset')
    this.#end()
  }

  #end(): void {
    if (this.#state === 'gone') return
    this.#state = 'gone'
    this.#place.gone()
  }
}
