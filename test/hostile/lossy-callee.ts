/** A backend that does what RFC 3261 asks of one on a network that loses packets, and remembers what came twice. */
import { type Socket } from 'node:dgram'
import { once } from 'node:events'
import { farEndSocket } from '../system/far-end-socket.js'
import { headerOf, linesOf } from './sip-text.js'

export class LossyCallee {
  /** INVITE transactions of each call. */
  readonly invitations = new Map<string, Set<string>>()
  /** Calls of which the ACK never came within 64·T1. */
  unacknowledged = 0
  readonly #socket: Socket
  readonly #t1: number
  /** Where in-dialog requests are to come by: its own port, unless something stands before it. */
  contactPort: number
  /** By Call-ID: what goes on resending a 200. §13.3.1.4 */
  readonly #resending = new Map<string, NodeJS.Timeout>()
  readonly #acknowledged = new Set<string>()

  static async start(t1: number): Promise<LossyCallee> {
    const socket = farEndSocket()
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return new LossyCallee(socket, t1)
  }

  private constructor(socket: Socket, t1: number) {
    this.#socket = socket
    this.#t1 = t1
    this.contactPort = socket.address().port
    socket.on('message', (data, from) => this.#received(data.toString('latin1'), from.port))
  }

  get port(): number {
    return this.#socket.address().port
  }

  close(): void {
    for (const timer of this.#resending.values()) clearTimeout(timer)
    this.#socket.close()
  }

  #received(text: string, port: number): void {
    const method = text.slice(0, text.indexOf(' '))
    const callId = headerOf(text, 'Call-ID')
    if (method === 'INVITE') this.#invited(text, callId, port)
    else if (method === 'ACK') this.#end(callId)
    else this.#answer('200 OK', text, port)
  }

  #invited(text: string, callId: string, port: number): void {
    const branch = /;branch=([^;\s,]+)/.exec(text)?.[1] ?? ''
    const known = this.invitations.get(callId) ?? new Set()
    const isNew = !known.has(branch)
    this.invitations.set(callId, known.add(branch))
    this.#answer('180 Ringing', text, port)
    if (!isNew) return
    // By what was waited for and not by the clock: a machine that was halted meanwhile has sent nothing.
    const resend = (interval: number, waited: number): void => {
      if (this.#acknowledged.has(callId)) return
      if (waited > 64 * this.#t1) {
        this.unacknowledged++
        return
      }
      this.#answer('200 OK', text, port)
      const longer = Math.min(2 * interval, 8 * this.#t1)
      const next = setTimeout(() => resend(longer, waited + interval), interval)
      this.#resending.set(callId, next)
    }
    this.#resending.set(
      callId,
      setTimeout(() => resend(this.#t1, 0), this.#t1 / 2),
    )
  }

  #end(callId: string): void {
    this.#acknowledged.add(callId)
    clearTimeout(this.#resending.get(callId))
    this.#resending.delete(callId)
  }

  #answer(status: string, request: string, port: number): void {
    const to = headerOf(request, 'To')
    const answer = [
      `SIP/2.0 ${status}`,
      ...linesOf(request).filter((line) => /^(?:Via|From|Call-ID|CSeq|Record-Route):/.test(line)),
      `To: ${to}${to.includes(';tag=') ? '' : ';tag=b'}`,
      `Contact: <sip:backend@127.0.0.1:${this.contactPort}>`,
      'Content-Length: 0',
      '\r\n',
    ]
    this.#socket.send(answer.join('\r\n'), port, '127.0.0.1')
  }
}
