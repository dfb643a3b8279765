/** Two ends for the tests: a socket that writes down what it is told, and what waits for it. */
import { openUdp, type Peer, type UdpFailure, type UdpOptions, type UdpSocket } from '#src/index.js'

/** A socket with what it received. */
export class End {
  readonly socket: UdpSocket<string>
  readonly texts: string[] = []
  readonly from: string[] = []
  readonly failures: UdpFailure[] = []
  /** Datagrams of each turn of JavaScript. */
  readonly batches: number[] = []
  /** Peers that were made, in order. */
  readonly made: Peer[] = []
  onReceived: (text: string) => void = () => undefined
  #inTurn = false

  constructor(address = '127.0.0.1', options: Partial<UdpOptions> = {}) {
    const family = address.includes(':') ? 6 : 4
    this.socket = openUdp<string>({ family, address, port: 0, ...options }, this)
    opened.push(this)
  }

  /** Where this end can be reached, for `other`. */
  seenBy(other: End): Peer {
    const peer = other.socket.peer(
      other.socket.family === 6 ? '::1' : '127.0.0.1',
      this.socket.port,
    )
    if (peer === undefined) throw new Error('no address')
    return peer
  }

  remember(peer: Peer): string {
    this.made.push(peer)
    return `${peer.address} ${peer.port}`
  }

  received(text: string, from: string): void {
    if (!this.#inTurn) {
      this.#inTurn = true
      this.batches.push(0)
      queueMicrotask(() => (this.#inTurn = false))
    }
    this.batches[this.batches.length - 1]!++
    this.texts.push(text)
    this.from.push(from)
    this.onReceived(text)
  }

  failed(failure: UdpFailure): void {
    this.failures.push(failure)
  }
}

const opened: End[] = []

/** Call from `afterEach`. */
export function closeAll(): void {
  for (const { socket } of opened.splice(0)) socket.close()
}

/** Waits until it holds; fails, saying what was waited for, after two seconds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + 2_000
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
