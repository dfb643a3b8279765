/** A backend that answers at once, and keeps in mind where each call's requests came from. */
import { type Socket } from 'node:dgram'
import { once } from 'node:events'
import { farEndSocket } from './far-end-socket.js'

export class SipBackend {
  /** Ports that requests of each call came from. */
  readonly sources = new Map<string, Set<number>>()
  /** Ports that probes came from, in order. */
  readonly probes: number[] = []
  /** Requests of calls, as they came. */
  readonly requests: {
    readonly method: string
    readonly uri: string
    readonly callId: string
    readonly text: string
  }[] = []
  readonly #socket: Socket
  readonly #invite: string
  readonly #resends: boolean
  /** By Call-ID and number: what sends the answer to an INVITE again. */
  readonly #unacknowledged = new Map<string, NodeJS.Timeout>()

  /**
   * `invite`: how it answers calls. Default: `200 OK`. `resends`: until the ACK has come, the answer to an INVITE is sent again
   * (RFC 3261 §13.3.1.4): a caller who has had a 100 does not ask again. Default: what is lost stays lost.
   */
  static async at(
    port: number,
    { invite = '200 OK', address = '127.0.0.1', resends = false } = {},
  ): Promise<SipBackend> {
    const socket = farEndSocket()
    socket.bind(port, address)
    await once(socket, 'listening')
    return new SipBackend(socket, invite, resends)
  }

  private constructor(socket: Socket, invite: string, resends: boolean) {
    this.#socket = socket
    this.#invite = invite
    this.#resends = resends
    socket.on('message', (data, from) => this.#received(data.toString('latin1'), from.port))
  }

  close(): void {
    for (const timer of this.#unacknowledged.values()) clearTimeout(timer)
    this.#socket.close()
  }

  #received(text: string, port: number): void {
    const [startLine = '', ...lines] = text.split('\r\n')
    const [method = '', uri = ''] = startLine.split(' ')
    if (method === 'OPTIONS') this.probes.push(port)
    else this.#remember({ method, uri, callId: value(lines, 'Call-ID'), text }, port)
    const call = `${value(lines, 'Call-ID')} ${Number.parseInt(value(lines, 'CSeq'), 10)}`
    if (method === 'ACK') {
      clearTimeout(this.#unacknowledged.get(call))
      this.#unacknowledged.delete(call)
      return
    }
    const echoed = lines.filter((line) => /^(?:Via|From|Call-ID|CSeq|Record-Route):/.test(line))
    const to = value(lines, 'To')
    const { address, port: ownPort } = this.#socket.address()
    const answer = [
      `SIP/2.0 ${method === 'INVITE' ? this.#invite : '200 OK'}`,
      ...echoed,
      `To: ${to}${to.includes(';tag=') ? '' : ';tag=b'}`,
      `Contact: <sip:backend@${address}:${ownPort}>`,
      'Content-Length: 0',
      '',
      '',
    ]
    const send = (): void => this.#socket.send(answer.join('\r\n'), port, '127.0.0.1')
    send()
    if (!this.#resends || method !== 'INVITE' || this.#unacknowledged.has(call)) return
    this.#sendAgain(call, send, t1)
  }

  #sendAgain(call: string, send: () => void, interval: number, waited = 0): void {
    const timer = setTimeout(() => {
      send()
      if (waited > 64 * t1) this.#unacknowledged.delete(call)
      else this.#sendAgain(call, send, Math.min(2 * interval, t2), waited + interval)
    }, interval)
    this.#unacknowledged.set(call, timer)
  }

  #remember(request: SipBackend['requests'][number], port: number): void {
    const { callId } = request
    this.requests.push(request)
    const ports = this.sources.get(callId) ?? new Set()
    this.sources.set(callId, ports.add(port))
  }
}

/** RFC 3261 §17.1.1.1, §17.1.2.2 */
const t1 = 500
const t2 = 4_000

function value(lines: readonly string[], name: string): string {
  const line = lines.find((each) => each.startsWith(`${name}:`)) ?? ''
  return line.slice(name.length + 1).trim()
}
