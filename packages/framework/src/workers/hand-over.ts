/**
 * Datagrams that the system gave to the wrong worker go on to the right one. All workers read one socket, and the system
 * gives a datagram to whoever asks first; that of a call has to meet the transactions of that call (RFC 3261 §17.2.3).
 * One hop over the loopback interface, never two: what was handed over is not looked at again.
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { timingSafeEqual } from 'node:crypto'
import { type Log } from '../environment.js'
import { type SipError } from '../errors.js'
import { type Flow, type Hop, type LocalAddress } from '../message/flow.js'
import { type Receiver } from '../transport/transport.js'
import { type HandOverSeat } from './messages.js'
import { ownerOf } from './owner.js'

export interface HandOverOptions {
  readonly index: number
  readonly count: number
  readonly seat: HandOverSeat
}

/** What has passed between this worker and the others. */
export interface HandOverCounters {
  readonly given: number
  readonly taken: number
  /** Came to our port and was none of ours. */
  readonly forged: number
  /** Waited for us until others had taken our calls. */
  readonly stale: number
}

export class HandOver {
  readonly #index: number
  readonly #count: number
  readonly #seat: HandOverSeat
  readonly #key: Buffer
  readonly #shared: (Shared | undefined)[] = []
  /** Workers whose calls others take. */
  #away: ReadonlySet<number> = new Set()
  #revision = 0
  /** When this worker was away last: what was given to it before, another has answered since. */
  #awaySince = 0
  #socket: Socket | undefined = undefined
  #given = 0
  #taken = 0
  #forged = 0
  #stale = 0

  constructor({ index, count, seat }: HandOverOptions) {
    this.#index = index
    this.#count = count
    this.#seat = seat
    this.#key = Buffer.from(seat.key, 'hex')
  }

  get counters(): HandOverCounters {
    return { given: this.#given, taken: this.#taken, forged: this.#forged, stale: this.#stale }
  }

  /** Wraps who receives from the shared listener with this number: `receiver` gets what is this worker's. */
  receiver(listener: number, receiver: Receiver): Receiver {
    const shared = new Shared(this, listener, receiver)
    this.#shared[listener] = shared
    return shared
  }

  /** The shared listener with this number is bound. */
  bound(listener: number, local: LocalAddress): void {
    const shared = this.#shared[listener]
    if (shared !== undefined) shared.local = local
  }

  /** These workers do not serve: the next one that does takes their calls. `revision` grows with each change. */
  away(workers: Iterable<number>, revision: number): void {
    this.#away = new Set(workers)
    this.#revision = revision
    if (this.#away.has(this.#index)) this.#awaySince = revision
  }

  /** Begins to take what others hand over; what they have sent meanwhile waits in the socket. */
  async open(log: Log): Promise<void> {
    const socket = createSocket({ type: 'udp4', lookup: atOnce })
    socket.on('message', (data) => this.#received(data))
    socket.on('error', (error) => log.debug({ err: error }, 'handing over failed'))
    const listening = once(socket, 'listening')
    socket.bind({ fd: this.#seat.fd })
    await listening
    this.#socket = socket
  }

  close(): void {
    this.#socket?.close()
    this.#socket = undefined
  }

  /** Whether the message went to the worker that it belongs to. */
  give(listener: number, text: string, flow: Flow): boolean {
    const owner = this.#owner(text)
    if (owner === this.#index || this.#socket === undefined) return false
    const datagram = wrap(this.#key, { listener, revision: this.#revision }, text, flow)
    if (datagram === undefined) return false
    this.#given++
    this.#socket.send(datagram, this.#seat.ports[owner], loopback, ignoreFailure)
    return true
  }

  #owner(text: string): number {
    const owner = ownerOf(text, this.#count, this.#seat.seed)
    if (owner < 0) return this.#index
    if (this.#away.size === 0) return owner
    for (let step = 0; step < this.#count; step++) {
      const next = (owner + step) % this.#count
      if (!this.#away.has(next)) return next
    }
    return this.#index
  }

  #received(data: Buffer): void {
    const handed = unwrap(this.#key, data)
    const shared = handed === undefined ? undefined : this.#shared[handed.listener]
    if (handed === undefined || shared?.local === undefined) {
      this.#forged++
      return
    }
    if (handed.revision < this.#awaySince) {
      this.#stale++
      return
    }
    this.#taken++
    shared.receiver.received(handed.text, {
      local: shared.local,
      remoteAddress: handed.remoteAddress,
      remotePort: handed.remotePort,
      connection: 0,
    })
  }
}

/** What is received by one listener that all workers share. */
class Shared implements Receiver {
  local: LocalAddress | undefined = undefined
  readonly receiver: Receiver
  readonly #handOver: HandOver
  readonly #listener: number

  constructor(handOver: HandOver, listener: number, receiver: Receiver) {
    this.#handOver = handOver
    this.#listener = listener
    this.receiver = receiver
  }

  received(text: string, flow: Flow): void {
    if (!this.#handOver.give(this.#listener, text, flow)) this.receiver.received(text, flow)
  }

  broken(error: SipError, text: string, flow: Flow): void {
    this.receiver.broken(error, text, flow)
  }

  unreachable(hop: Hop, error: SipError): void {
    this.receiver.unreachable(hop, error)
  }
}

/** A message that was handed over, and where it came from. */
export interface Handed {
  readonly listener: number
  /** Of what its sender knew of who is away. */
  readonly revision: number
  readonly remoteAddress: string
  readonly remotePort: number
  readonly text: string
}

/**
 * The key, revision, number of the listener, port, length of the address, address, message. Undefined if that is too
 * long for a datagram.
 */
export function wrap(
  key: Buffer,
  { listener, revision }: Pick<Handed, 'listener' | 'revision'>,
  text: string,
  { remoteAddress, remotePort }: Flow,
): Buffer | undefined {
  const start = key.length + fieldBytes + remoteAddress.length
  const length = start + text.length
  if (length > maxPayload) return undefined
  const data = Buffer.allocUnsafe(length)
  key.copy(data)
  let at = data.writeUInt32BE(revision >>> 0, key.length)
  at = data.writeUInt8(listener, at)
  at = data.writeUInt16BE(remotePort, at)
  at = data.writeUInt8(remoteAddress.length, at)
  data.write(remoteAddress, at, 'latin1')
  data.write(text, start, 'latin1')
  return data
}

/** What `wrap` made with the same key; undefined for anything else. */
export function unwrap(key: Buffer, data: Buffer): Handed | undefined {
  const at = key.length
  const head = at + fieldBytes
  if (data.length < head || !timingSafeEqual(data.subarray(0, at), key)) return undefined
  const start = head + data.readUInt8(at + 7)
  if (data.length < start) return undefined
  return {
    revision: data.readUInt32BE(at),
    listener: data.readUInt8(at + 4),
    remotePort: data.readUInt16BE(at + 5),
    remoteAddress: data.toString('latin1', head, start),
    text: data.toString('latin1', start),
  }
}

/** Revision, listener, port, length of the address. */
const fieldBytes = 4 + 1 + 2 + 1

/** The interface of this machine that no network reaches. */
export const loopback = '127.0.0.1'

/** The most that one IPv4 datagram carries. */
const maxPayload = 65_507

/** A full buffer loses the datagram, as one that the network lost: its sender sends it again. */
function ignoreFailure(): void {
  // Nothing to add: the socket's `error` event is for faults of the socket itself.
}

function atOnce(
  address: string,
  _options: unknown,
  done: (error: null, address: string, family: 4) => void,
): void {
  done(null, address, 4)
}
