/** A connection that costs the far end a descriptor and gives it nothing, or one octet at a time. */
import { connect, type Socket } from 'node:net'

/** `silent`: says nothing. `drip`: a request that never ends. `handshake`: the beginning of TLS, and no more. */
export type SlowKind = 'silent' | 'drip' | 'handshake'

const dripMs = 500
const request = 'INVITE sip:bob@example.com SIP/2.0\r\nSubject: '
/** The head of a ClientHello of 512 octets. */
const hello = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])

export class SlowConnection {
  readonly kind: SlowKind
  /** Milliseconds that it lived, from the moment it was up; undefined while it does. */
  livedMs: number | undefined
  /** When it is over: closed by the far end, or never accepted. */
  readonly over: Promise<void>
  readonly #socket: Socket
  #drip: NodeJS.Timeout | undefined

  /** From `localAddress`, anything of 127.0.0.0/8, to a port of 127.0.0.1. */
  constructor(kind: SlowKind, port: number, localAddress: string) {
    this.kind = kind
    const socket = connect({ host: '127.0.0.1', port, localAddress })
    this.#socket = socket
    let upAt = performance.now()
    socket.on('connect', () => {
      upAt = performance.now()
      this.#begin()
    })
    // Reset is one of the ways to be closed.
    socket.on('error', () => undefined)
    // An end that nobody reads up to is none.
    socket.resume()
    this.over = new Promise((resolve) => {
      socket.on('close', () => {
        clearInterval(this.#drip)
        this.livedMs = performance.now() - upAt
        resolve()
      })
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #begin(): void {
    if (this.kind === 'handshake') this.#socket.write(hello)
    if (this.kind !== 'drip') return
    let at = 0
    this.#drip = setInterval(() => {
      this.#socket.write(request[at++] ?? 'x')
    }, dripMs)
  }
}
