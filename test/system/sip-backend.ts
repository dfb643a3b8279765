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

  /** `invite`: how it answers calls. Default: `200 OK`. */
  static async at(
    port: number,
    { invite = '200 OK', address = '127.0.0.1' } = {},
  ): Promise<SipBackend> {
    const socket = farEndSocket()
    socket.bind(port, address)
    await once(socket, 'listening')
    return new SipBackend(socket, invite)
  }

  private constructor(socket: Socket, invite: string) {
    this.#socket = socket
    this.#invite = invite
    socket.on('message', (data, from) => this.#received(data.toString('latin1'), from.port))
  }

  close(): void {
    this.#socket.close()
  }

  #received(text: string, port: number): void {
    const [startLine = '', ...lines] = text.split('\r\n')
    const [method = '', uri = ''] = startLine.split(' ')
    if (method === 'OPTIONS') this.probes.push(port)
    else this.#remember({ method, uri, callId: value(lines, 'Call-ID'), text }, port)
    if (method === 'ACK') return
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
    this.#socket.send(answer.join('\r\n'), port, '127.0.0.1')
  }

  #remember(request: SipBackend['requests'][number], port: number): void {
    const { callId } = request
    this.requests.push(request)
    const ports = this.sources.get(callId) ?? new Set()
    this.sources.set(callId, ports.add(port))
  }
}

function value(lines: readonly string[], name: string): string {
  const line = lines.find((each) => each.startsWith(`${name}:`)) ?? ''
  return line.slice(name.length + 1).trim()
}
