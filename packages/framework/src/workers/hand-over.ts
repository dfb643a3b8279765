/**
 * Datagrams that the system gave to the wrong worker go on to the right one. All workers read one socket, and the system
 * gives a datagram to whoever asks first; that of a call has to meet the transactions of that call (RFC 3261 §17.2.3).
 * One hop over the loopback interface, never two: what was handed over is not looked at again.
 */
import { type Log } from '../environment.js'
import { type SipError } from '../errors.js'
import { type Flow, type Hop, hop, type LocalAddress } from '../message/flow.js'
import { type Gate } from '../server/worker-seat.js'
import {
  type Listener,
  type Reading,
  type Receiver,
  type TransportHost,
} from '../transport/transport.js'
import { udp } from '../transport/udp.js'
import { type Elder, type HandOverSeat } from './messages.js'
import { branchHashOf, hashOfBranch, markOf, ownerOf } from './owner.js'

export interface HandOverOptions {
  readonly index: number
  readonly count: number
  readonly seat: HandOverSeat
  /** As the seat says it. */
  readonly mark: number
  readonly succeeds: boolean
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

export class HandOver implements Receiver {
  readonly #index: number
  readonly #count: number
  readonly #seat: HandOverSeat
  readonly #mark: number
  readonly #succeeds: boolean
  readonly #hops: readonly Hop[]
  /** Processes that had this place before, by their marks and by the branches that they have in hand. */
  readonly #elders = new Map<number, Hop>()
  readonly #inHand = new Map<number, number>()
  #reading: Reading | undefined = undefined
  /** Of one that has retired: what belongs to it comes here. */
  #retired: Listener | undefined = undefined
  readonly #shared: (Shared | undefined)[] = []
  /** Workers whose calls others take. */
  #away: ReadonlySet<number> = new Set()
  #revision = 0
  /** When this worker was away last: what was given to it before, another has answered since. */
  #awaySince = 0
  #listener: Listener | undefined = undefined
  #given = 0
  #taken = 0
  #forged = 0
  #stale = 0

  constructor({ index, count, seat, mark, succeeds }: HandOverOptions) {
    this.#mark = mark
    this.#succeeds = succeeds
    this.#index = index
    this.#count = count
    this.#seat = seat
    this.#hops = seat.ports.map((port) => hop('UDP', loopback, port))
  }

  get counters(): HandOverCounters {
    return { given: this.#given, taken: this.#taken, forged: this.#forged, stale: this.#stale }
  }

  /** Wraps who receives from the listener with this number: `receiver` gets what is this process's. */
  receiver(listener: number, receiver: Gate, isShared: boolean): Receiver {
    const shared = new Shared(this, listener, receiver, isShared)
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
  async open(host: TransportHost): Promise<void> {
    const { fd, ports } = this.#seat
    const port = ports[this.#index]!
    this.#listener = await udp.listen(
      // Shared: a socket for each of the others would be one more that waits for nobody when we end.
      {
        ...{ address: loopback, port },
        inherited: {
          ...{ kind: 'datagrams', fd, shared: true },
          held: (reading) => (this.#reading = reading),
        },
      },
      this,
      { ...host, log: quiet(host.log) },
    )
    if (!this.#succeeds) this.#reading?.begin()
  }

  /** Takes the place of these. */
  succeed(elders: readonly Elder[]): void {
    for (const { mark, port, branches } of elders) {
      this.#elders.set(mark, hop('UDP', loopback, port))
      for (const branch of branches) this.#inHand.set(branch, mark)
    }
    this.#reading?.begin()
  }

  /** The one with this mark has ended. */
  over(mark: number): void {
    this.#elders.delete(mark)
    for (const [branch, elder] of this.#inHand) if (elder === mark) this.#inHand.delete(branch)
  }

  /** Opens the port by which what belongs to this process reaches it when it reads no other. */
  async prepareToRetire(host: TransportHost): Promise<void> {
    const quietly = { ...host, log: quiet(host.log) }
    this.#retired = await udp.listen({ address: loopback, port: 0 }, this, quietly)
  }

  /** Reads the place's port no more. Those before it are the business of who takes the place. */
  retire(): number {
    this.#reading?.end()
    this.#elders.clear()
    this.#inHand.clear()
    return this.#retired?.local.port ?? 0
  }

  /** By which others know what belongs to this process. */
  hash(branch: string): number {
    return hashOfBranch(branch, this.#seat.seed)
  }

  async close(): Promise<void> {
    await this.#listener?.close()
    await this.#retired?.close()
    this.#listener = undefined
  }

  /** Whether the message went to the worker that it belongs to. */
  give(listener: number, text: string, flow: Flow, isShared: boolean): boolean {
    const owner = isShared && this.#count > 1 ? this.#owner(text) : this.#index
    const to = owner === this.#index ? this.#elderFor(text) : this.#hops[owner]!
    return to !== undefined && this.#send(to, listener, text, flow)
  }

  #send(
    to: Hop,
    listener: number,
    text: string,
    flow: Pick<Flow, 'remoteAddress' | 'remotePort'>,
  ): boolean {
    if (this.#listener === undefined) return false
    const wrapped = wrap(this.#seat.key, { listener, revision: this.#revision }, text, flow)
    if (wrapped.length > maxPayload) return false
    this.#given++
    this.#listener.sendTo(to, wrapped)
    return true
  }

  /** What another worker handed over. */
  received(text: string): void {
    const handed = unwrap(this.#seat.key, text)
    const shared = handed === undefined ? undefined : this.#shared[handed.listener]
    if (handed === undefined || shared?.local === undefined) {
      this.#forged++
      return
    }
    if (handed.revision < this.#awaySince) {
      this.#stale++
      return
    }
    const elder = this.#elderFor(handed.text)
    if (elder !== undefined && this.#send(elder, handed.listener, handed.text, handed)) return
    this.#taken++
    shared.receiver.admitted(handed.text, {
      local: shared.local,
      remoteAddress: handed.remoteAddress,
      remotePort: handed.remotePort,
      connection: 0,
    })
  }

  broken(): void {
    // A datagram is whole.
  }

  unreachable(): void {
    // As one that the network lost: its sender sends it again.
  }

  /** Who has this message's transaction in hand, if that is a process that had this place before. */
  #elderFor(text: string): Hop | undefined {
    if (this.#elders.size === 0) return undefined
    if (!text.startsWith('SIP/2.0')) {
      const mark = this.#inHand.get(branchHashOf(text, this.#seat.seed))
      return mark === undefined ? undefined : this.#elders.get(mark)
    }
    const mark = markOf(text)
    return mark === this.#mark ? undefined : this.#elders.get(mark)
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
}

/** What is received by one listener. */
class Shared implements Receiver {
  local: LocalAddress | undefined = undefined
  readonly receiver: Gate
  readonly #handOver: HandOver
  readonly #listener: number
  /** All workers have it, and one reads. */
  readonly #isShared: boolean

  constructor(handOver: HandOver, listener: number, receiver: Gate, isShared: boolean) {
    this.#isShared = isShared
    this.#handOver = handOver
    this.#listener = listener
    this.receiver = receiver
  }

  received(text: string, flow: Flow): void {
    // Before the hop: what a flood brings is counted in one place, and costs no other worker anything.
    if (this.receiver.drops(text, flow)) return
    if (!this.#handOver.give(this.#listener, text, flow, this.#isShared))
      this.receiver.admitted(text, flow)
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

/** The key, revision, number of the listener, port, length of the address, address, message. */
export function wrap(
  key: string,
  { listener, revision }: Pick<Handed, 'listener' | 'revision'>,
  text: string,
  { remoteAddress, remotePort }: Pick<Flow, 'remoteAddress' | 'remotePort'>,
): string {
  const fields = String.fromCharCode(
    (revision >>> 24) & 0xff,
    (revision >>> 16) & 0xff,
    (revision >>> 8) & 0xff,
    revision & 0xff,
    listener,
    remotePort >> 8,
    remotePort & 0xff,
    remoteAddress.length,
  )
  return key + fields + remoteAddress + text
}

/** What `wrap` made with the same key; undefined for anything else. */
export function unwrap(key: string, wrapped: string): Handed | undefined {
  const at = key.length
  const head = at + fieldBytes
  if (!wrapped.startsWith(key) || wrapped.length < head) return undefined
  const start = head + wrapped.charCodeAt(at + 7)
  if (wrapped.length < start) return undefined
  return {
    revision: numberAt(wrapped, at) * 0x10000 + numberAt(wrapped, at + 2),
    listener: wrapped.charCodeAt(at + 4),
    remotePort: numberAt(wrapped, at + 5),
    remoteAddress: wrapped.slice(head, start),
    text: wrapped.slice(start),
  }
}

/** Of two bytes. */
function numberAt(text: string, at: number): number {
  return text.charCodeAt(at) * 0x100 + text.charCodeAt(at + 1)
}

/** Revision, listener, port, length of the address. */
const fieldBytes = 4 + 1 + 2 + 1

/** That it listens need not be told: it is no listener of anybody's. */
function quiet(log: Log): Log {
  return {
    error: (fields, text) => log.error(fields, text),
    warn: (fields, text) => log.warn(fields, text),
    info: () => undefined,
    debug: (fields, text) => log.debug(fields, text),
  }
}

/** The interface of this machine that no network reaches. */
export const loopback = '127.0.0.1'

/** The most that one IPv4 datagram carries. */
const maxPayload = 65_507
