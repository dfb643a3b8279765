/** A caller that does what RFC 3261 asks of one on a network that loses packets: Timers A, B, E and F, an ACK for every 2xx. */
import { type Socket } from 'node:dgram'
import { once } from 'node:events'
import { farEndSocket } from '../system/far-end-socket.js'
import { headerOf, statusOf, valuesOf } from './sip-text.js'

export interface LossyCallerOptions {
  /** Where everything goes, whatever a Route says: what stands there is the way to the balancer. */
  readonly port: number
  /** Of both ends of that way. */
  readonly address: string
  readonly t1: number
}

export class LossyCaller {
  readonly #socket: Socket
  readonly #options: LossyCallerOptions
  /** By Via branch: who waits for responses. */
  readonly #waiting = new Map<string, (response: string) => void>()
  #made = 0

  static async start(options: LossyCallerOptions): Promise<LossyCaller> {
    const socket = farEndSocket()
    socket.bind(0, options.address)
    await once(socket, 'listening')
    return new LossyCaller(socket, options)
  }

  private constructor(socket: Socket, options: LossyCallerOptions) {
    this.#socket = socket
    this.#options = options
    socket.on('message', (data) => {
      const text = data.toString('latin1')
      this.#waiting.get(/;branch=([^;\s,]+)/.exec(text)?.[1] ?? '')?.(text)
    })
  }

  close(): void {
    this.#socket.close()
  }

  /** A call of INVITE, ACK, a moment, BYE: what went wrong, or undefined. */
  async call(holdMs: number): Promise<string | undefined> {
    const callId = `${this.#socket.address().port}-${++this.#made}`
    const uri = 'sip:bob@example.com'
    const contact = [`Contact: <sip:caller@${this.#options.address}:${this.#port}>`]
    const acks: string[] = []
    const answer = await this.#transact('INVITE', callId, uri, '<sip:bob@example.com>', contact, {
      // Every copy of the 200 is acknowledged: the first ACK may be lost. §13.2.2.4
      repeated: () => {
        for (const ack of acks) this.#send(ack)
      },
    })
    if (answer === undefined) return 'no final answer to INVITE'
    if (statusOf(answer) !== 200) return `INVITE was answered ${statusOf(answer)}`
    const target = /<(.*)>/.exec(headerOf(answer, 'Contact'))?.[1] ?? uri
    const to = headerOf(answer, 'To')
    const routes = valuesOf(answer, 'Record-Route').reverse()
    const within = routes.map((route) => `Route: ${route}`)
    acks.push(this.#request('ACK', callId, target, to, 1, within))
    this.#send(acks[0] ?? '')
    await new Promise((resolve) => setTimeout(resolve, holdMs))
    const ended = await this.#transact('BYE', callId, target, to, within, {})
    if (ended === undefined) return 'no answer to BYE'
    return statusOf(ended) === 200 ? undefined : `BYE was answered ${statusOf(ended)}`
  }

  get #port(): number {
    return this.#socket.address().port
  }

  /** The final response; undefined after 64·T1. */
  #transact(
    ...[method, callId, uri, to, headers, { repeated }]: [
      ...[method: string, callId: string, uri: string, to: string, headers: readonly string[]],
      { readonly repeated?: () => void },
    ]
  ): Promise<string | undefined> {
    const { t1 } = this.#options
    const invite = method === 'INVITE'
    const text = this.#request(method, callId, uri, to, invite ? 1 : 2, headers)
    const branch = branchOf(callId, method)
    return new Promise((resolve) => {
      let interval = t1
      let again: NodeJS.Timeout
      let waited = 0
      const resend = (): void => {
        this.#send(text)
        again = setTimeout(resend, interval)
        // Timer A doubles on, Timer E up to T2. §17.1.1.2, §17.1.2.2
        interval = invite ? 2 * interval : Math.min(2 * interval, 8 * t1)
      }
      const settle = (response: string | undefined): void => {
        clearTimeout(again)
        clearInterval(limit)
        resolve(response)
      }
      // By what was waited for and not by the clock: who was halted meanwhile has read nothing, and timers are asked before sockets.
      const limit = setInterval(() => {
        if (++waited < 64) return
        this.#waiting.delete(branch)
        settle(undefined)
      }, t1)
      this.#waiting.set(branch, (response) => {
        const status = statusOf(response)
        if (status < 200) {
          // A provisional response ends Timer A, not Timer E, which goes on at T2.
          if (invite) clearTimeout(again)
          else interval = 8 * t1
          return
        }
        if (repeated === undefined) this.#waiting.delete(branch)
        else {
          this.#waiting.set(branch, repeated)
          setTimeout(() => this.#waiting.delete(branch), 64 * t1).unref()
        }
        settle(response)
      })
      resend()
    })
  }

  #request(
    ...[method, callId, uri, to, cseq, headers]: [
      ...[method: string, callId: string, uri: string, to: string, cseq: number],
      headers: readonly string[],
    ]
  ): string {
    const { address } = this.#options
    const via = `SIP/2.0/UDP ${address}:${this.#port};branch=${branchOf(callId, method)};rport`
    return [
      `${method} ${uri} SIP/2.0`,
      `Via: ${via}`,
      'Max-Forwards: 70',
      `From: <sip:caller@example.com>;tag=c${callId}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      ...headers,
      'Content-Length: 0',
      '\r\n',
    ].join('\r\n')
  }

  #send(text: string): void {
    this.#socket.send(text, this.#options.port, this.#options.address)
  }
}

function branchOf(callId: string, method: string): string {
  return `z9hG4bK-${callId}-${method}`
}
