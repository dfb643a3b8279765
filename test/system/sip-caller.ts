/** A caller of few words on a UDP socket: it makes calls, keeps them up, and ends them when told. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** One call that was answered. */
export interface CallUp {
  readonly callId: string
  /** Record-Route of the 200, as Route values of the caller. RFC 3261 §12.1.2 */
  readonly routes: readonly string[]
  readonly to: string
  readonly contact: string
}

/** Of UDP a request that gets no answer is sent again, until 64·T1 have passed. RFC 3261 §17.1.2.1, §17.1.2.2 */
const resendMs = 250
const usualPatienceMs = 32_000

export class SipCaller {
  /** Every message that came, in order. */
  readonly heard: string[] = []
  readonly #socket: Socket
  readonly #target: number
  readonly #patienceMs: number
  readonly #waiting = new Map<string, (response: string) => void>()
  #made = 0

  /** Calls what listens on a port of 127.0.0.1. */
  static async to(target: number, patienceMs = usualPatienceMs): Promise<SipCaller> {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return new SipCaller(socket, target, patienceMs)
  }

  private constructor(socket: Socket, target: number, patienceMs: number) {
    this.#socket = socket
    this.#target = target
    this.#patienceMs = patienceMs
    socket.on('message', (data) => {
      const text = data.toString('latin1')
      this.heard.push(text)
      if (!/^SIP\/2\.0 [2-6]/.test(text)) return
      this.#waiting.get(/;branch=([^;\s]+)/.exec(text)?.[1] ?? '')?.(text)
    })
  }

  close(): void {
    this.#socket.close()
  }

  /** The final status, and the call if it is up. */
  async call(): Promise<{ readonly status: number; readonly call: CallUp | undefined }> {
    const callId = `${this.#port}-${++this.#made}`
    const to = '<sip:bob@example.com>'
    const contact = `Contact: <sip:caller@127.0.0.1:${this.#port}>`
    const response = await this.#send('INVITE', 'sip:bob@example.com', callId, to, 1, [contact])
    const status = statusOf(response)
    if (status !== 200) {
      this.#transmit(this.#request('ACK', 'sip:bob@example.com', callId, to, 1, [], 'refused'))
      return { status, call: undefined }
    }
    const call = {
      callId,
      routes: values(response, 'Record-Route').toReversed(),
      to: values(response, 'To')[0] ?? to,
      contact: /<(.*)>/.exec(values(response, 'Contact')[0] ?? '')?.[1] ?? '',
    }
    const routes = call.routes.map((route) => `Route: ${route}`)
    this.#transmit(this.#request('ACK', call.contact, callId, call.to, 1, routes, `a${this.#made}`))
    return { status, call }
  }

  /** Ends a call; the final status. */
  async bye({ callId, routes, to, contact }: CallUp): Promise<number> {
    const route = routes.map((each) => `Route: ${each}`)
    return statusOf(await this.#send('BYE', contact, callId, to, 2, route))
  }

  get #port(): number {
    return this.#socket.address().port
  }

  #send(
    ...[method, uri, callId, to, cseq, extra]: [string, string, string, string, number, string[]]
  ): Promise<string> {
    const branch = `z9hG4bK-${callId}-${method}`
    const text = this.#request(method, uri, callId, to, cseq, extra, branch)
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearInterval(again)
        clearTimeout(limit)
        this.#waiting.delete(branch)
      }
      const again = setInterval(() => this.#transmit(text), resendMs)
      const limit = setTimeout(() => {
        end()
        reject(new Error(`no answer to ${method} of ${callId}`))
      }, this.#patienceMs)
      this.#waiting.set(branch, (response) => {
        end()
        resolve(response)
      })
      this.#transmit(text)
    })
  }

  #request(
    ...[method, uri, callId, to, cseq, extra, branch]: [
      ...[method: string, uri: string, callId: string, to: string, cseq: number],
      ...[extra: readonly string[], branch: string],
    ]
  ): string {
    return [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${this.#port};branch=${branch};rport`,
      'Max-Forwards: 70',
      `From: <sip:caller@127.0.0.1>;tag=t-${callId}`,
      `To: ${to}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      ...extra,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n')
  }

  #transmit(text: string): void {
    this.#socket.send(text, this.#target, '127.0.0.1')
  }
}

function statusOf(response: string): number {
  return Number(response.slice('SIP/2.0 '.length, 'SIP/2.0 200'.length))
}

function values(message: string, name: string): readonly string[] {
  return message
    .split('\r\n')
    .filter((line) => line.startsWith(`${name}: `))
    .map((line) => line.slice(name.length + 2))
}
