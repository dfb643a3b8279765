/**
 * Runs one request through an app's own machines with a scripted caller and scripted backends: the endpoint, the
 * transactions and the proxy core are the real ones, only time and the network are not.
 */
import { type Clock } from '../environment.js'
import { SipError } from '../errors.js'
import { type Flow, hop, type Hop, type LocalAddress } from '../message/flow.js'
import { SipHeaders } from '../message/headers.js'
import { ackFor, cancelFor, responseTo, SipRequest, type SipResponse } from '../message/message.js'
import { parseMessage } from '../message/parse.js'
import { serialize } from '../message/serialize.js'
import { isSipUri, parseUri, type SipUri } from '../message/uri.js'
import { type Branch } from '../proxy/proxy-context.js'
import { type Target } from '../proxy/target.js'
import { type Listener, type Receiver } from '../transport/transport.js'
import { type BranchAttempt } from './branch-attempt.js'
import { Endpoint, type EndpointOptions } from './endpoint.js'
import { type VirtualClock } from './virtual-clock.js'

/** What a scripted backend of `inject` does: one status, a script, or silence. */
export type BackendScript =
  number | 'timeout' | 'refused' | readonly { readonly status: number; readonly afterMs?: number }[]

export interface InjectRequest {
  readonly method: string
  readonly uri: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly from?: { readonly address: string; readonly port?: number; readonly transport?: string }
}

export interface InjectOptions {
  /** By target URI, as the route named it. */
  readonly backends?: Readonly<Record<string, BackendScript>>
  /** The caller hangs up after so long. */
  readonly cancelAfterMs?: number
  /**
   * While a handler waits for a promise, virtual time stands still for so many real milliseconds in all: a database or an
   * HTTP service may answer. What has not settled by then waits in virtual time. Default 1000.
   */
  readonly outsideMs?: number
}

/** One attempt. */
export interface InjectedBranch {
  readonly target: Target
  /** The copy that left; undefined if none could. */
  readonly request: SipRequest | undefined
  /** The final answer, or the 408 or 503 that stands for it. */
  readonly status: number | undefined
}

export interface InjectedCall {
  /** The final status that the caller got; undefined if none came. */
  readonly status: number | undefined
  readonly response: SipResponse | undefined
  /** Everything that the caller got, in order. */
  readonly responses: readonly SipResponse[]
  /** The attempts, in order, with the request that each backend saw. */
  readonly branches: readonly InjectedBranch[]
  /** Virtual milliseconds from the request to the final response. */
  readonly elapsedMs: number
}

/** Runs until the caller has a final response and nothing is left, or ten virtual minutes have passed. */
export async function injectInto(
  app: EndpointOptions,
  clock: VirtualClock,
  request: InjectRequest,
  options: InjectOptions,
): Promise<InjectedCall> {
  const listeners = app.listeners.withoutAddresses()
  let branches: readonly InjectedBranch[] = []
  const hooks = app.hooks.with((ctx) => {
    branches = ctx.branches.map(injectedBranch)
  })
  const endpoint = new Endpoint({
    ...app,
    clock,
    hooks,
    listeners,
    resolver: { resolve: (uri) => [scriptedHop(uri)] },
  })
  const network = new ScriptedNetwork(endpoint, clock, options.backends ?? {})
  for (const listener of network.listeners) listeners.add(listener)

  const startedAt = clock.now()
  const caller = new ScriptedCaller(endpoint, clock, request, network)
  caller.call()
  if (options.cancelAfterMs !== undefined) clock.after(options.cancelAfterMs, () => caller.cancel())
  const end = startedAt + longestCallMs
  let outsideMs = options.outsideMs ?? 1_000
  while (clock.now() < end && (caller.finalAt === undefined || isBusy(endpoint))) {
    await clock.run(Math.min(Math.max(clock.next - clock.now(), 0), end - clock.now()))
    if (endpoint.openHandlers > 0 && outsideMs > 0) outsideMs -= await outside(endpoint, outsideMs)
  }
  endpoint.stop()
  const last = caller.responses.at(-1)
  return {
    status: caller.finalAt === undefined ? undefined : last?.status,
    response: caller.finalAt === undefined ? undefined : last,
    responses: caller.responses,
    branches,
    elapsedMs: (caller.finalAt ?? clock.now()) - startedAt,
  }
}

const longestCallMs = 600_000

/** Until no handler waits any more, or so long; resolves with the real milliseconds that it took. */
async function outside(endpoint: Endpoint, limitMs: number): Promise<number> {
  const from = performance.now()
  while (endpoint.openHandlers > 0 && performance.now() - from < limitMs) {
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return performance.now() - from
}

function injectedBranch({ target, user, response }: Branch): InjectedBranch {
  return { target, request: (user as BranchAttempt | undefined)?.sent, status: response?.status }
}

function isBusy(endpoint: Endpoint): boolean {
  return endpoint.layer.servers + endpoint.layer.clients > 0
}

/** Names need no DNS here: the host stands for itself. */
function scriptedHop(uri: SipUri): Hop {
  const transport =
    uri.params.get('transport')?.toUpperCase() ?? (uri.scheme === 'sips' ? 'TLS' : 'UDP')
  return hop(transport, uri.host, uri.port ?? (transport === 'TLS' ? 5061 : 5060))
}

/** The caller: one request, its ACK, perhaps a CANCEL. */
class ScriptedCaller {
  readonly responses: SipResponse[] = []
  finalAt: number | undefined = undefined
  readonly #endpoint: Endpoint
  readonly #clock: Clock
  readonly #request: SipRequest
  readonly #flow: Flow

  constructor(endpoint: Endpoint, clock: Clock, request: InjectRequest, network: ScriptedNetwork) {
    this.#endpoint = endpoint
    this.#clock = clock
    const { address = '198.51.100.10', port = 5060, transport = 'UDP' } = request.from ?? {}
    this.#flow = {
      local: network.localFor(transport, address),
      remoteAddress: address,
      remotePort: port,
      connection: transport === 'UDP' ? 0 : 1,
    }
    this.#request = requestOf(request, endpoint, transport, address, port)
    network.toCaller = (text) => this.#receive(text)
  }

  call(): void {
    this.#send(this.#request)
  }

  cancel(): void {
    if (this.finalAt === undefined) this.#send(cancelFor(this.#request))
  }

  #send(request: SipRequest): void {
    const text = serialize(request)
    this.#clock.after(0, () => this.#endpoint.received(text, this.#flow))
  }

  #receive(text: string): void {
    const response = parseMessage(text)
    // The 200 of a CANCEL is not an answer to the call.
    if (response.kind !== 'response' || response.cseq.method !== this.#request.method) return
    if (response.status >= 300 && response.cseq.method === 'INVITE') {
      this.#send(ackFor(this.#request, response))
    }
    if (this.finalAt !== undefined) return
    this.responses.push(response)
    if (response.status >= 200) this.finalAt = this.#clock.now()
  }
}

function requestOf(
  { method, uri, headers = {}, body = '' }: InjectRequest,
  endpoint: Endpoint,
  transport: string,
  address: string,
  port: number,
): SipRequest {
  const host = address.includes(':') ? `[${address}]` : address
  const fields = SipHeaders.of([
    ['Via', `SIP/2.0/${transport} ${host}:${port};branch=${endpoint.chance.branch()}`],
    ['Max-Forwards', '70'],
    ['From', `<sip:caller@${host}>;tag=${endpoint.chance.tag()}`],
    ['To', `<${uri}>`],
    ['Call-ID', endpoint.chance.tag() + endpoint.chance.tag()],
    ['CSeq', `1 ${method}`],
    ['Contact', `<sip:caller@${host}:${port}>`],
  ])
  for (const [name, value] of Object.entries(headers)) fields.set(name, value)
  return new SipRequest(method, uri, fields, body)
}

/** Listeners without sockets, and the backends behind them. */
class ScriptedNetwork {
  readonly listeners: readonly Listener[]
  toCaller: (text: string) => void = () => undefined
  readonly #receiver: Receiver
  readonly #clock: Clock
  /** By `host:port`. */
  readonly #scripts = new Map<string, BackendScript>()
  /** INVITEs that a backend has not answered finally, by Via branch. */
  readonly #ringing = new Map<
    string,
    { readonly request: SipRequest; readonly stop: (() => void)[] }
  >()
  readonly #seen = new Set<string>()

  constructor(receiver: Receiver, clock: Clock, backends: Readonly<Record<string, BackendScript>>) {
    this.#receiver = receiver
    this.#clock = clock
    for (const [text, script] of Object.entries(backends)) {
      const uri = parseUri(text)
      if (!isSipUri(uri)) throw new SipError('SIPW_ERR_URI_SCHEME', [uri.scheme])
      const { address, port } = scriptedHop(uri)
      this.#scripts.set(`${address}:${port}`, script)
    }
    this.listeners = ['UDP', 'TCP', 'TLS'].flatMap((transport) =>
      ['192.0.2.1', '2001:db8::1'].map((address) => this.#listener(transport, address)),
    )
  }

  localFor(transport: string, remoteAddress: string): LocalAddress {
    const found = this.listeners.find(
      ({ local }) =>
        local.transport === transport &&
        local.address.includes(':') === remoteAddress.includes(':'),
    )
    if (found === undefined) throw new SipError('SIPW_ERR_NO_LISTENER', [transport, remoteAddress])
    return found.local
  }

  #listener(transport: string, address: string): Listener {
    const port = transport === 'TLS' ? 5061 : 5060
    const local: LocalAddress = {
      transport,
      reliable: transport !== 'UDP',
      address,
      port,
      advertisedHost: address,
      advertisedPort: port,
      zone: 'public',
    }
    return {
      local,
      connections: 0,
      sendTo: (to, text) => {
        this.#toBackend(local, to, text)
        return undefined
      },
      sendBack: (_flow, text) => {
        this.#clock.after(0, () => this.toCaller(text))
        return true
      },
      close: () => Promise.resolve(),
    }
  }

  #toBackend(local: LocalAddress, to: Hop, text: string): void {
    const script = this.#scripts.get(`${to.address}:${to.port}`) ?? 200
    const request = parseMessage(text)
    if (request.kind !== 'request' || script === 'timeout') return
    if (script === 'refused') {
      const refused = new SipError('SIPW_ERR_UNREACHABLE', [to.key, 'refused by script'])
      this.#clock.after(0, () => this.#receiver.unreachable(to, refused))
      return
    }
    const flow: Flow = { local, remoteAddress: to.address, remotePort: to.port, connection: 0 }
    const branch = request.via.branch ?? ''
    if (request.method === 'CANCEL') this.#cancelled(branch, request, flow)
    else if (request.method !== 'ACK' && !this.#seen.has(branch)) {
      this.#seen.add(branch)
      this.#play(typeof script === 'number' ? [{ status: script }] : script, branch, request, flow)
    }
  }

  #play(
    script: readonly { readonly status: number; readonly afterMs?: number }[],
    branch: string,
    request: SipRequest,
    flow: Flow,
  ): void {
    const stop = script.map(({ status, afterMs = 0 }) =>
      this.#clock.after(afterMs, () => {
        if (status >= 200) this.#ringing.delete(branch)
        this.#answer(request, status, flow)
      }),
    )
    this.#ringing.set(branch, { request, stop })
  }

  #cancelled(branch: string, cancel: SipRequest, flow: Flow): void {
    const call = this.#ringing.get(branch)
    this.#ringing.delete(branch)
    for (const stop of call?.stop ?? []) stop()
    this.#clock.after(0, () => {
      this.#answer(cancel, call === undefined ? 481 : 200, flow)
      if (call !== undefined) this.#answer(call.request, 487, flow)
    })
  }

  #answer(request: SipRequest, status: number, flow: Flow): void {
    const toTag = `${flow.remoteAddress}.${flow.remotePort}`
    const response = responseTo(request, status, status > 100 ? { toTag } : undefined)
    this.#receiver.received(serialize(response), flow)
  }
}
