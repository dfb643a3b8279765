/**
 * A scripted phone or gateway. It speaks through the network with a small transaction behaviour of its own, written
 * from RFC 3261 §13, §14 and §17 and not from the transaction floor: a second opinion on the first.
 */
import { type Flow, type Hop, hop } from '../message/flow.js'
import { SipHeaders } from '../message/headers.js'
import { SipRequest, type SipResponse } from '../message/message.js'
import { parseMessage } from '../message/parse.js'
import { isSipUri, parseUri } from '../message/uri.js'
import { defaultTransportLimits } from '../transport/limits.js'
import { SendQueues } from '../transport/send-queues.js'
import { type Listener, type Receiver, type TransportLimits } from '../transport/transport.js'
import { type Dialog, pathOf } from './dialog.js'
import { Exchange, Call } from './exchange.js'
import { Incoming } from './incoming.js'
import { type Network } from './network.js'

/** One thing that a phone says to a request, `afterMs` later than the one before. */
export interface AnswerStep {
  readonly status: number
  readonly afterMs?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A final status, a script, or nothing at all. */
export type Answer = number | 'silence' | readonly AnswerStep[]

export interface PhoneOptions {
  /** `UDP:192.0.2.10:5060`, one or more; the first is what Contact says. */
  readonly at: string | readonly string[]
  /** What it says to requests outside a dialog; a function gets the request and how many came before. Default: 200. */
  readonly answer?: Answer | ((request: SipRequest, nth: number) => Answer)
  /** What it says within a dialog. Default: 200. */
  readonly answerWithin?: Answer
  /** Where its requests outside a dialog go, instead of where their URI leads: `UDP:192.0.2.1:5060`. */
  readonly proxy?: string
  /** It answers a CANCEL with 200 and lets the call go on, as when 200 and CANCEL cross. */
  readonly deafToCancel?: boolean
  /** T1 in milliseconds. Default 500. */
  readonly t1?: number
}

/** What a caller wants different. */
export interface PhoneRequestOptions {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly callId?: string
  readonly fromTag?: string
  readonly cseq?: number
  readonly maxForwards?: number
  /** Route values. */
  readonly routes?: readonly string[]
  /** Instead of the phone's. */
  readonly proxy?: string
}

/** A request as it came in, retransmissions and ACKs too. */
export interface SeenRequest {
  readonly at: number
  readonly request: SipRequest
  readonly flow: Flow
}

export class Phone {
  readonly network: Network
  readonly options: PhoneOptions
  readonly t1: number
  /** Everything that came in, retransmissions and ACKs too. */
  readonly seen: SeenRequest[] = []
  /** One for each request that is not a retransmission, in or out of a dialog, ACK and CANCEL not among them. */
  readonly received: Incoming[] = []
  /** Responses that match nothing of ours. */
  readonly strays: SipResponse[] = []
  /** Bytes that are no message. */
  readonly rubbish: string[] = []
  /** What could not be reached. */
  readonly unreached: Hop[] = []
  readonly #listeners = new Map<string, Listener>()
  readonly #exchanges = new Map<string, Exchange>()
  readonly #servers = new Map<string, Incoming>()
  readonly #dialogs = new Set<string>()
  readonly #unacknowledged = new Map<string, Incoming>()
  readonly #receiver: Receiver = {
    received: (text, flow) => this.#message(text, flow),
    broken: (_error, text) => this.rubbish.push(text),
    unreachable: (to) => this.#unreachable(to),
  }
  #fresh = 0
  #first: Listener | undefined = undefined

  private constructor(network: Network, options: PhoneOptions) {
    this.network = network
    this.options = options
    this.t1 = options.t1 ?? 500
  }

  /** Binds a phone's addresses. */
  static async at(network: Network, options: PhoneOptions | string): Promise<Phone> {
    const phone = new Phone(network, typeof options === 'string' ? { at: options } : options)
    for (const text of [phone.options.at].flat()) {
      const { transport, address, port } = hopOf(text)
      const listener = await network
        .transport(transport)
        .listen({ address, port }, phone.#receiver, {
          clock: network.clock,
          log: silentLog,
          limits,
          sendQueues: new SendQueues(limits.allSendQueuesBytes),
        })
      phone.#listeners.set(transport, listener)
      phone.#first ??= listener
    }
    return phone
  }

  /** Its Contact. */
  get uri(): string {
    const { transport } = this.#first!.local
    const suffix = transport === 'UDP' ? '' : `;transport=${transport.toLowerCase()}`
    return `sip:phone@${this.hostport}${suffix}`
  }

  /** `192.0.2.10:5060` */
  get hostport(): string {
    const { address, port } = this.#first!.local
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
  }

  get now(): number {
    return this.network.clock.now()
  }

  /** INVITEs of new calls that came in, without their retransmissions. */
  get invitations(): readonly Incoming[] {
    return this.received.filter(
      ({ request }) => request.method === 'INVITE' && request.toTag === undefined,
    )
  }

  /** When requests of a method came in, retransmissions too. */
  times(method: string): readonly number[] {
    return this.seen.filter(({ request }) => request.method === method).map(({ at }) => at)
  }

  /** How many requests of a method came in, retransmissions too. */
  count(method: string): number {
    return this.times(method).length
  }

  /** Calls somebody. */
  call(uri: string, options: PhoneRequestOptions = {}): Call {
    const request = this.compose('INVITE', uri, { body: offer, ...options })
    const call = new Call(this, request, this.#nextHop(uri, options))
    return this.#start(call)
  }

  /** Sends any other request outside a dialog. */
  send(method: string, uri: string, options: PhoneRequestOptions = {}): Exchange {
    const request = this.compose(method, uri, options)
    return this.#start(new Exchange(this, request, this.#nextHop(uri, options)))
  }

  /** Sends bytes as they are. */
  sendText(to: string, text: string): void {
    this.transmit(hopOf(to), text)
  }

  // For calls and dialogs

  /** A request outside a dialog, with a branch of its own. @internal */
  compose(method: string, uri: string, options: PhoneRequestOptions): SipRequest {
    const { chance } = this.network
    const headers = SipHeaders.of([
      ['Via', this.#via(options.proxy ?? this.options.proxy ?? uri)],
      ['Max-Forwards', String(options.maxForwards ?? 70)],
      ...(options.routes ?? []).map((route) => ['Route', route] as const),
      ['From', `<sip:phone@${this.hostport}>;tag=${options.fromTag ?? chance.tag()}`],
      ['To', `<${uri}>`],
      ['Call-ID', options.callId ?? `${chance.tag()}@${this.#first!.local.address}`],
      ['CSeq', `${options.cseq ?? 1} ${method}`],
      ['Contact', `<${this.uri}>`],
    ])
    for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value)
    return new SipRequest(method, uri, headers, options.body)
  }

  /** A request within a dialog and where it goes, not yet sent. §12.2.1.1 */
  within(
    dialog: Dialog,
    method: string,
    { cseq, body, headers: extra = {} }: PhoneRequestOptions = {},
  ): { readonly request: SipRequest; readonly hop: Hop } {
    const { uri, routes, next } = pathOf(dialog)
    const number = cseq ?? ++dialog.cseq
    const headers = SipHeaders.of([
      ['Via', this.#via(next)],
      ['Max-Forwards', '70'],
      ...routes.map((route) => ['Route', route] as const),
      ['From', dialog.local],
      ['To', dialog.remote],
      ['Call-ID', dialog.callId],
      ['CSeq', `${number} ${method}`],
      ['Contact', `<${this.uri}>`],
    ])
    for (const [name, value] of Object.entries(extra)) headers.set(name, value)
    return { request: new SipRequest(method, uri, headers, body), hop: hopOf(next) }
  }

  /** Sends a request within a dialog; a re-INVITE is a call of its own: `reinvite`. */
  sendWithin(dialog: Dialog, method: string, options: PhoneRequestOptions = {}): Exchange {
    const { request, hop: to } = this.within(dialog, method, options)
    return this.#start(new Exchange(this, request, to))
  }

  /** §14.1 */
  reinvite(dialog: Dialog): Call {
    const { request, hop: to } = this.within(dialog, 'INVITE')
    return this.#start(new Call(this, request, to, dialog))
  }

  /** @internal */
  begin(exchange: Exchange): void {
    this.#start(exchange)
  }

  /** @internal */
  transmit(to: Hop, text: string): void {
    this.#listeners.get(to.transport)?.sendTo(to, text)
  }

  /** @internal */
  reply(flow: Flow, text: string): void {
    this.#listeners.get(flow.local.transport)?.sendBack(flow, text)
  }

  /** @internal */
  join({ callId, localTag, remoteTag }: Dialog): void {
    this.#dialogs.add(`${callId} ${localTag} ${remoteTag}`)
  }

  /** The ACK for this 2xx will carry that To tag. @internal */
  expectAck(incoming: Incoming, toTag: string): void {
    this.#unacknowledged.set(ackKey(incoming.request, toTag), incoming)
  }

  #message(text: string, flow: Flow): void {
    const message = parseMessage(text)
    if (message.kind === 'malformed') this.rubbish.push(text)
    else if (message.kind === 'response') this.#response(message)
    else this.#request(message, flow)
  }

  #unreachable(to: Hop): void {
    this.unreached.push(to)
    for (const exchange of this.#exchanges.values()) {
      if (exchange.hop.key === to.key) exchange.failed()
    }
  }

  #start<Kind extends Exchange>(exchange: Kind): Kind {
    const { request } = exchange
    this.#exchanges.set(`${request.via.branch ?? ''} ${request.method}`, exchange)
    exchange.start()
    return exchange
  }

  #response(response: SipResponse): void {
    const exchange = this.#exchanges.get(`${response.via.branch ?? ''} ${response.cseq.method}`)
    if (exchange === undefined) this.strays.push(response)
    else exchange.receive(response)
  }

  #request(request: SipRequest, flow: Flow): void {
    this.seen.push({ at: this.now, request, flow })
    const { method, via } = request
    const branch = `${via.branch ?? ''} ${via.host}:${via.port ?? 5060}`
    if (method === 'ACK') {
      this.#ack(request, branch)
      return
    }
    const key = `${branch} ${method}`
    const server = this.#servers.get(key)
    if (server !== undefined) {
      server.repeat()
      return
    }
    const incoming = new Incoming(this, request, flow)
    this.#servers.set(key, incoming)
    if (method === 'CANCEL') this.#cancel(incoming, branch)
    else this.#answer(incoming)
  }

  #answer(incoming: Incoming): void {
    const { request } = incoming
    this.received.push(incoming)
    if (request.toTag === undefined) {
      const { answer = 200 } = this.options
      incoming.play(typeof answer === 'function' ? answer(request, this.#fresh++) : answer)
      return
    }
    const known = this.#dialogs.has(`${request.callId} ${request.toTag} ${request.fromTag ?? ''}`)
    incoming.play(known ? (this.options.answerWithin ?? 200) : 481)
  }

  #cancel(cancel: Incoming, branch: string): void {
    const invite = this.#servers.get(`${branch} INVITE`)
    cancel.play(invite === undefined ? 481 : 200)
    if (invite !== undefined && this.options.deafToCancel !== true) invite.cancel()
  }

  /** In the INVITE's own transaction for a failure, in one of its own for a 2xx. §17.1.1.3, §13.2.2.4 */
  #ack(ack: SipRequest, branch: string): void {
    const own = this.#servers.get(`${branch} INVITE`)
    if (own !== undefined) own.acknowledge()
    this.#unacknowledged.get(ackKey(ack, ack.toTag))?.acknowledge()
  }

  #nextHop(uri: string, options: PhoneRequestOptions): Hop {
    return hopOf(options.proxy ?? this.options.proxy ?? uri)
  }

  #via(next: string): string {
    const { transport } = hopOf(next)
    const { address, port } = this.#listeners.get(transport)?.local ?? this.#first!.local
    const host = address.includes(':') ? `[${address}]` : address
    return `SIP/2.0/${transport} ${host}:${port};branch=${this.network.chance.branch()};rport`
  }
}

function ackKey({ callId, cseq }: SipRequest, toTag: string | undefined): string {
  return `${callId} ${toTag ?? ''} ${cseq.number}`
}

/** The hop of `UDP:192.0.2.1:5060`, or of a SIP URI with a numeric host. */
export function hopOf(text: string): Hop {
  if (!/^sips?:/i.test(text)) {
    const [, transport = '', address = '', port = ''] = /^(\w+):\[?(.*?)\]?:(\d+)$/.exec(text) ?? []
    return hop(transport.toUpperCase(), address, Number(port))
  }
  const uri = parseUri(text)
  if (!isSipUri(uri)) throw new Error(`a phone knows no way to ${text}`)
  const transport =
    uri.params.get('transport')?.toUpperCase() ?? (uri.scheme === 'sips' ? 'TLS' : 'UDP')
  const secure = transport === 'TLS'
  return hop(transport, uri.host, uri.port ?? (secure ? 5061 : 5060))
}

const nothing = () => undefined
const silentLog = { error: nothing, warn: nothing, info: nothing, debug: nothing }

// A test's own far ends are not what the limits are for.
const limits: TransportLimits = {
  ...defaultTransportLimits,
  connections: Infinity,
  allSendQueuesBytes: Infinity,
  connectionsPerSource: Infinity,
}

const offer =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.100\r\ns=-\r\nc=IN IP4 192.0.2.100\r\nt=0 0\r\nm=audio 3456 RTP/AVP 0\r\n'
