/** A UDP socket at an address of its own that says whatever one likes, and writes down what it is told. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

export interface Heard {
  readonly text: string
  readonly from: { readonly address: string; readonly port: number }
  readonly at: number
}

/** Far longer than anything on loopback takes, also on a busy machine. */
const patienceMs = 10_000

export class RawPeer {
  readonly heard: Heard[] = []
  readonly #socket: Socket
  readonly #watchers = new Set<() => void>()

  /** `address`: anything of 127.0.0.0/8. */
  static async at(address: string, port = 0): Promise<RawPeer> {
    const socket = createSocket('udp4')
    socket.bind(port, address)
    await once(socket, 'listening')
    return new RawPeer(socket)
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('message', (data, { address, port }) => {
      this.heard.push({ text: data.toString('latin1'), from: { address, port }, at: Date.now() })
      for (const watcher of this.#watchers) watcher()
    })
  }

  get port(): number {
    return this.#socket.address().port
  }

  get address(): string {
    return this.#socket.address().address
  }

  get texts(): readonly string[] {
    return this.heard.map(({ text }) => text)
  }

  send(text: string, port: number, address = '127.0.0.1'): void {
    this.#socket.send(Buffer.from(text, 'latin1'), port, address)
  }

  /** The first message that fits, come or to come. Throws if there is none in time. */
  hear(fits: RegExp, timeoutMs = patienceMs): Promise<Heard> {
    return new Promise((resolve, reject) => {
      const look = (): boolean => {
        const found = this.heard.find(({ text }) => fits.test(text))
        if (found === undefined) return false
        clearTimeout(timer)
        this.#watchers.delete(look)
        resolve(found)
        return true
      }
      const timer = setTimeout(() => {
        this.#watchers.delete(look)
        const heard = this.texts.join('\n')
        reject(new Error(`${this.address} did not hear ${fits.source} but:\n${heard}`))
      }, timeoutMs)
      if (!look()) this.#watchers.add(look)
    })
  }

  close(): void {
    this.#socket.close()
  }
}

export interface RequestText {
  readonly method?: string
  readonly uri?: string
  readonly callId: string
  readonly branch?: string
  /** Of the topmost Via: `host:port`, and what follows the branch. */
  readonly sentBy: string
  readonly viaParams?: string
  readonly to?: string
  readonly cseq?: number
  /** Whole lines. */
  readonly more?: readonly string[]
  readonly body?: string
}

/** A request as small as RFC 3261 §8.1.1 lets it be, and what one wants besides. */
export function requestText(request: RequestText): string {
  const { method = 'INVITE', uri = 'sip:bob@example.com', callId, sentBy, cseq = 1 } = request
  const { branch = `z9hG4bK-${callId}-${method}`, viaParams = ';rport' } = request
  const { to = '<sip:bob@example.com>', more = [], body = '' } = request
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${sentBy};branch=${branch}${viaParams}`,
    'Max-Forwards: 70',
    `From: <sip:caller@example.com>;tag=c`,
    `To: ${to}`,
    `Call-ID: ${callId}`,
    `CSeq: ${cseq} ${method}`,
    ...more,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

/** What a far end answers a request with; `more`: whole lines. */
export function responseText(
  status: string,
  request: string,
  more: readonly string[] = [],
): string {
  const echoed = request
    .slice(0, request.indexOf('\r\n\r\n'))
    .split('\r\n')
    .filter((line) => /^(?:Via|From|Call-ID|CSeq|Record-Route|To):/.test(line))
    .map((line) => (line.startsWith('To:') && !line.includes(';tag=') ? `${line};tag=b` : line))
  return [`SIP/2.0 ${status}`, ...echoed, ...more, 'Content-Length: 0', '', ''].join('\r\n')
}
