/**
 * One connection of a stream transport: bytes cut into messages, deadlines on strangers, a bound on what waits
 * for a slow reader. RFC 3261 §18.3, RFC 5626 §3.5.1
 */
import { type Socket } from 'node:net'
import { type SipError } from '../errors.js'
import { type Flow, type Hop } from '../message/flow.js'
import { Framer } from '../message/framer.js'
import { type QueueShare } from './send-queues.js'
import { type TransportHost } from './transport.js'

/** What the owner of a connection is told. */
export interface ConnectionOwner {
  message(text: string, connection: Connection): void
  broken(error: SipError, text: string, connection: Connection): void
  /** Once, when nothing more comes or goes; `cause` is undefined after an orderly end by either side. */
  closed(connection: Connection, cause: Error | undefined): void
}

/** A write that the far end's going has undone may concern a transaction that lives: 64·T1, RFC 3261 §17. */
const transactionMs = 32_000

/** A connection that we opened carries the calls of many, and they wait together until it is connected. */
const ownShare = 16

/** What is still to be written when we close gets so long. */
const flushMs = 1_000

export class Connection {
  readonly flow: Flow
  /** Set if we opened it: whom it was opened to. */
  readonly hop: Hop | undefined
  /** Whole messages that it has brought. */
  messages = 0
  readonly #socket: Socket
  readonly #owner: ConnectionOwner
  readonly #host: TransportHost
  readonly #framer: Framer
  readonly #maxWaiting: number
  readonly #queue: QueueShare
  /** What is counted as waiting is what waits: asked after each write, and when one is done. One for all writes: no object for each. */
  readonly #counted: () => void
  #open = true
  #closing = false
  /** Nothing was heard from it yet: neither its first byte nor that it is connected. */
  #silent = true
  #cause: Error | undefined
  #activeAt: number
  #requestedAt = -Infinity
  #cancelSilence: (() => void) | undefined
  #cancelIdle: (() => void) | undefined
  #cancelMessage: (() => void) | undefined
  #cancelFlush: (() => void) | undefined

  constructor(
    socket: Socket,
    flow: Flow,
    hop: Hop | undefined,
    owner: ConnectionOwner,
    host: TransportHost,
  ) {
    this.flow = flow
    this.hop = hop
    this.#socket = socket
    this.#owner = owner
    this.#host = host
    this.#framer = new Framer(host.limits.message)
    this.#maxWaiting = host.limits.sendQueueBytes * (hop === undefined ? 1 : ownShare)
    this.#queue = host.sendQueues.join()
    this.#counted = () => {
      if (this.#open) this.#queue.set(socket.writableLength)
    }
    this.#activeAt = host.clock.now()
    const { connectTimeoutMs, firstByteTimeoutMs } = host.limits
    this.#cancelSilence =
      hop === undefined
        ? host.clock.after(firstByteTimeoutMs, () => this.destroy())
        : host.clock.after(connectTimeoutMs, () => this.destroy(new Error('connect timeout')))
    this.#watchIdle(host.limits.idleTimeoutMs)
    socket.setNoDelay(true)
    // Finds a far end that went without a word, such as one behind a firewall that forgot the connection.
    socket.setKeepAlive(true, 60_000)
    socket.on('data', (chunk) => this.#received(chunk))
    socket.on('end', () => {
      this.close()
      this.#end(undefined)
    })
    socket.on('error', (error) => (this.#cause ??= error))
    socket.on('close', () => this.#end(this.#cause))
  }

  /** A socket that we opened is ready: connected, and for TLS, shaken hands. */
  connected(): void {
    if (this.hop !== undefined) this.#heard()
  }

  /** It takes messages. */
  isUsable(): boolean {
    return this.#open && !this.#closing
  }

  /** A request left by it so short a time ago that its answer may be waited for. */
  get awaited(): boolean {
    return this.#host.clock.now() - this.#requestedAt < transactionMs
  }

  /** As `send`, and the far end owes an answer. */
  request(text: string): void {
    this.#requestedAt = this.#host.clock.now()
    this.send(text)
  }

  /** False if the connection is gone, or goes now because the far end does not read. */
  send(text: string): boolean {
    if (!this.isUsable()) return false
    const waiting = this.#socket.writableLength
    // A message alone is never too much: else a large one would end the connection that others use.
    const isTooMuch = waiting + text.length > this.#maxWaiting || !this.#queue.fits(text.length)
    if (waiting > 0 && isTooMuch) {
      this.#closing = true
      // Its owner hears of it later: it may be in the middle of what made it send.
      process.nextTick(() => this.destroy(new Error('slow reader')))
      return false
    }
    this.#activeAt = this.#host.clock.now()
    this.#socket.write(text, 'latin1', this.#counted)
    this.#counted()
    return true
  }

  /** Writes what waits, then closes; reads nothing more. */
  close(): void {
    if (!this.isUsable()) return
    this.#closing = true
    this.#cancelFlush = this.#host.clock.after(flushMs, () => this.destroy())
    this.#socket.destroySoon()
  }

  /** Closes at once. */
  destroy(cause?: Error): void {
    this.#socket.destroy()
    this.#end(cause)
  }

  #received(chunk: Buffer): void {
    if (!this.isUsable()) return
    this.#activeAt = this.#host.clock.now()
    if (this.#silent) this.#heard()
    let cut = false
    for (const framed of this.#framer.push(chunk.toString('latin1'))) {
      if (!this.isUsable()) return
      switch (framed.kind) {
        case 'message':
          cut = true
          this.messages++
          this.#owner.message(framed.text, this)
          break
        case 'ping':
          this.send('\r\n')
          break
        case 'pong':
          break
        case 'broken':
          this.#owner.broken(framed.error, framed.text, this)
          this.close()
          return
      }
    }
    this.#watchMessage(cut)
  }

  /** The deadline of a message runs from its first byte; only the beginning of another one starts it anew. */
  #watchMessage(cut: boolean): void {
    const { pending } = this.#framer
    if (this.#cancelMessage !== undefined && (cut || !pending)) {
      this.#cancelMessage()
      this.#cancelMessage = undefined
    }
    if (!pending || !this.isUsable()) return
    this.#cancelMessage ??= this.#host.clock.after(this.#host.limits.messageTimeoutMs, () =>
      this.destroy(new Error('message timeout')),
    )
  }

  /** Looks when it might be idle, not at each byte. */
  #watchIdle(delayMs: number): void {
    this.#cancelIdle = this.#host.clock.after(delayMs, () => {
      const left = this.#activeAt + this.#host.limits.idleTimeoutMs - this.#host.clock.now()
      if (left > 0) this.#watchIdle(left)
      else this.close()
    })
  }

  #heard(): void {
    this.#silent = false
    this.#cancelSilence?.()
    this.#cancelSilence = undefined
  }

  #end(cause: Error | undefined): void {
    if (!this.#open) return
    this.#open = false
    this.#queue.set(0)
    this.#cancelSilence?.()
    this.#cancelIdle?.()
    this.#cancelMessage?.()
    if (this.#socket.destroyed) this.#cancelFlush?.()
    else this.#socket.once('close', () => this.#cancelFlush?.())
    this.#owner.closed(this, cause)
  }
}
