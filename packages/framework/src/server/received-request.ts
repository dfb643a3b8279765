/** A request that came in by a flow, with the slots that its handlers share. */
import { SipError } from '../errors.js'
import { type Flow } from '../message/flow.js'
import { type SipRequest } from '../message/message.js'
import { PackedRequest } from '../message/packed-request.js'
import { type ContextKey } from '../plugin/context-key.js'
import { type AnyContext, type Source } from '../plugin/context.js'
import { type Endpoint } from './endpoint.js'

export class ReceivedRequest implements AnyContext {
  readonly endpoint: Endpoint
  readonly source: Source
  dialogMarks: readonly string[] = noMarks
  recordRouted = false
  /** The fields that responses repeat, where a boundary has changed them in the request. */
  asSent: SipRequest | undefined = undefined
  #request: SipRequest | PackedRequest
  #slots: unknown[] | undefined = undefined

  constructor(endpoint: Endpoint, request: SipRequest, flow: Flow) {
    this.endpoint = endpoint
    this.#request = request
    this.source = new FlowSource(flow, endpoint)
  }

  get request(): SipRequest {
    if (this.#request instanceof PackedRequest) this.#request = this.#request.unpack()
    return this.#request
  }

  /** As its sender wrote it. */
  get sentCallId(): string {
    return (this.asSent ?? this.request).callId
  }

  /** Nobody is expected to look at the request again. */
  protected pack(): void {
    if (!(this.#request instanceof PackedRequest)) this.#request = new PackedRequest(this.#request)
  }

  get now(): number {
    return this.endpoint.now()
  }

  get<T>(key: ContextKey<T>): T {
    const value = this.peek(key)
    if (value === undefined) throw new SipError('SIPW_ERR_CONTEXT_KEY_MISSING', [key.name])
    return value
  }

  peek<T>(key: ContextKey<T>): T | undefined {
    return this.#slots?.[key.slot] as T | undefined
  }

  set<T>(key: ContextKey<T>, value: T): void {
    this.#slots ??= []
    this.#slots[key.slot] = value
  }
}

const noMarks: readonly string[] = []
const noNames: readonly string[] = []

/** The source, its zone looked up when asked. */
export class FlowSource implements Source {
  readonly flow: Flow
  readonly #endpoint: Endpoint

  constructor(flow: Flow, endpoint: Endpoint) {
    this.flow = flow
    this.#endpoint = endpoint
  }

  get address(): string {
    return this.flow.remoteAddress
  }

  get port(): number {
    return this.flow.remotePort
  }

  get transport(): string {
    return this.flow.local.transport
  }

  get peerNames(): readonly string[] {
    return this.flow.peerNames ?? noNames
  }

  get zone(): string {
    return this.#endpoint.zones.at(this.flow)
  }
}
