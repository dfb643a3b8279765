/** A UDP socket that receives and sends in batches; see udp.c for the memory that it shares with the C side. */
import { getSystemErrorMap } from 'node:util'
import { type Addon, type Handle, layout } from './addon.js'
import { type Family, kindAt, lengthAt, Peer, RecentPeers, recordWords } from './peer.js'

export interface UdpOptions {
  readonly family: Family
  /** Numeric, of that family. Of a socket that is taken over, nothing is bound to it. */
  readonly address: string
  /** 0 chooses a free one. */
  readonly port: number
  /** Share the port with sockets that share it too (SO_REUSEADDR), as `node:dgram`'s `reuseAddr`. */
  readonly reuseAddress?: boolean
  /** The system spreads senders over all sockets of the port (SO_REUSEPORT). */
  readonly reusePort?: boolean
  /** Tell ICMP errors (IP_RECVERR). Default true; false for a socket that several processes read. */
  readonly errorQueue?: boolean
  /**
   * While datagrams come thick (four and more at a time), wait so many milliseconds for more before the next look: fuller
   * batches for a little time. Default 0: never.
   */
  readonly coalesceMs?: number
  /** Nothing is received before `read()`: another process does it. Sending works. Default false. */
  readonly held?: boolean
  /** A bound socket to take over instead of binding one. It is closed with this one. */
  readonly fd?: number
}

/** Who takes what a socket receives. What it throws becomes an uncaught exception; the rest of the batch is delivered. */
export interface UdpHandler<Value> {
  /** Makes what `received` gets for this peer. Called again when the peer has been forgotten meanwhile. */
  remember(peer: Peer): Value
  /** One datagram, latin1. */
  received(text: string, from: Value): void
  failed(failure: UdpFailure): void
}

/** A datagram that was not sent or not delivered, or a socket that cannot receive any more. */
export interface UdpFailure {
  /** `icmp`: the network's answer to an earlier datagram. */
  readonly kind: 'send' | 'icmp' | 'receive'
  /** Where the datagram was going; with `receive` it means nothing. */
  readonly peer: Peer
  readonly error: SystemError
}

/** As Node.js's own system errors: `code` is `ECONNREFUSED`. */
export interface SystemError extends Error {
  readonly code: string
  readonly errno: number
  readonly syscall: string
}

/** As in udp.c. */
const batch = 64
const queue = 256
const slotBytes = 65_536 + 1_088
const [sendCount, sendBytes, inBatch, failedCount, localPort, version, coalesce] = [
  0, 1, 2, 3, 4, 5, 6,
]
const receivedAt = 8
const outgoingAt = receivedAt + batch * recordWords
const failedAt = outgoingAt + queue * recordWords
const words = failedAt + batch * recordWords
const flags = { reuseAddress: 1, reusePort: 2, errorQueue: 4, held: 8 }
const kinds = ['send', 'icmp', 'receive'] as const

/** A queue of ordinary SIP messages; at least the largest datagram fits. */
const sendBufferBytes = 256 * 1024

/** Node.js has these methods and documents them only by `toString` and `write`, which choose among encodings first. */
interface Latin1Buffer extends Buffer {
  latin1Slice(start: number, end: number): string
  latin1Write(text: string, offset: number): number
}

export class UdpSocket<Value> {
  readonly family: Family
  readonly port: number
  readonly #addon: Addon
  readonly #handler: UdpHandler<Value>
  readonly #words = new Int32Array(words)
  readonly #receiveBuffer = Buffer.allocUnsafeSlow(batch * slotBytes) as Latin1Buffer
  readonly #sendBuffer = Buffer.allocUnsafeSlow(sendBufferBytes) as Latin1Buffer
  readonly #recent: RecentPeers<Value>
  readonly #handle: Handle
  readonly #flushLater = (): void => this.#flush()
  #failures: UdpFailure[] = []
  #flushIsDue = false
  #closed = false

  /** Throws a `SystemError`. */
  constructor(addon: Addon, options: UdpOptions, handler: UdpHandler<Value>) {
    const { family, address, port, fd = -1 } = options
    this.#addon = addon
    this.family = family
    this.#handler = handler
    this.#recent = new RecentPeers(family, (record, at) => {
      const peer = new Peer(addon, family, record, at)
      return { peer, value: handler.remember(peer) }
    })
    this.#words[version] = layout
    this.#words[coalesce] = options.coalesceMs ?? 0
    const handle = addon.open(
      family,
      address,
      port,
      (options.reuseAddress === true ? flags.reuseAddress : 0) |
        (options.reusePort === true ? flags.reusePort : 0) |
        (options.errorQueue === false ? 0 : flags.errorQueue) |
        (options.held === true ? flags.held : 0),
      fd,
      this.#words,
      this.#receiveBuffer,
      this.#sendBuffer,
      this,
      (received) => this.#happened(received),
    )
    if (typeof handle === 'number') throw systemError(-handle, 'bind')
    this.#handle = handle
    this.port = this.#words[localPort]!
  }

  /** Undefined if it is no numeric address of this socket's family. */
  peer(address: string, port: number): Peer | undefined {
    const record = new Int32Array(recordWords)
    if (!this.#addon.parse(this.family, address, port, record)) return undefined
    return new Peer(this.#addon, this.family, record, 0)
  }

  /**
   * Sends a datagram, latin1, with all others of this turn. False if it is dropped, because what was sent before
   * still waits for the system. The text has at most 65,507 characters (IPv6: 65,527).
   */
  send(peer: Peer, text: string): boolean {
    if (this.#closed) return false
    const shared = this.#words
    if (this.#isFull(text)) {
      this.#makeRoom()
      if (this.#isFull(text)) return false
    }
    const offset = shared[sendBytes]!
    const count = shared[sendCount]!
    const at = outgoingAt + count * recordWords
    shared[at] = offset
    shared[at + lengthAt] = this.#sendBuffer.latin1Write(text, offset)
    peer.writeTo(shared, at)
    shared[sendBytes] = offset + text.length
    shared[sendCount] = count + 1
    if (shared[inBatch] === 0) this.#flushSoon()
    return true
  }

  /** Begins to receive, with what has waited in the socket, if it was opened `held`, or is since `hold`. */
  read(): void {
    if (!this.#closed) this.#addon.read(this.#handle)
  }

  /** Receives nothing any more; what comes waits in the socket for another process, or for `read`. Sending works. */
  hold(): void {
    if (!this.#closed) this.#addon.hold(this.#handle)
  }

  /** What was sent before still leaves. The port is free when it returns; nothing more is received or told. */
  close(): void {
    if (this.#closed) return
    this.#addon.flush(this.#handle)
    this.#closed = true
    this.#addon.close(this.#handle)
  }

  #isFull(text: string): boolean {
    const shared = this.#words
    return shared[sendCount] === queue || shared[sendBytes]! + text.length > sendBufferBytes
  }

  #makeRoom(): void {
    this.#addon.flush(this.#handle)
    // Without room to write down what fails, nothing more leaves. Nobody is told before this turn is over.
    while (this.#words[failedCount] !== 0) {
      this.#collectFailures()
      this.#flushSoon()
      this.#addon.flush(this.#handle)
    }
  }

  #flushSoon(): void {
    if (this.#flushIsDue) return
    this.#flushIsDue = true
    process.nextTick(this.#flushLater)
  }

  #flush(): void {
    this.#flushIsDue = false
    if (this.#closed) return
    this.#addon.flush(this.#handle)
    this.#tellFailures()
  }

  /** The C side calls it once for each batch; it sends what was recorded meanwhile when this returns. */
  #happened(received: number): void {
    const shared = this.#words
    for (let index = 0; index < received; index++) {
      const at = receivedAt + index * recordWords
      const start = index * slotBytes
      try {
        const from = this.#recent.find(shared, at)
        const text = this.#receiveBuffer.latin1Slice(start, start + shared[at + lengthAt]!)
        this.#handler.received(text, from)
      } catch (error) {
        throwLater(error)
      }
      if (this.#closed) return
    }
    this.#tellFailures()
  }

  #tellFailures(): void {
    if (this.#words[failedCount] !== 0) this.#collectFailures()
    if (this.#failures.length === 0) return
    // Who is told may send, and fail again.
    const failures = this.#failures
    this.#failures = []
    for (const failure of failures) {
      if (this.#closed) return
      try {
        this.#handler.failed(failure)
      } catch (error) {
        throwLater(error)
      }
    }
  }

  #collectFailures(): void {
    const shared = this.#words
    for (let index = 0; index < shared[failedCount]!; index++) {
      const at = failedAt + index * recordWords
      const kind = kinds[shared[at + kindAt]!]!
      this.#failures.push({
        kind,
        peer: new Peer(this.#addon, this.family, shared, at),
        error: systemError(shared[at]!, kind === 'send' ? 'send' : 'recv'),
      })
    }
    shared[failedCount] = 0
  }
}

/** One faulty datagram must not take the rest of its batch along. */
function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}

/** Node makes the map anew for each who asks, and an answered flood comes back as one error for each packet. */
let systemErrors: ReturnType<typeof getSystemErrorMap> | undefined

function systemError(errno: number, syscall: string): SystemError {
  systemErrors ??= getSystemErrorMap()
  const [code, text] = systemErrors.get(-errno) ?? [`errno ${errno}`, 'unknown error']
  return Object.assign(new Error(`${syscall} ${code}: ${text}`), { code, errno: -errno, syscall })
}
