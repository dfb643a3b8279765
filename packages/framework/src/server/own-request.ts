/** A request that the app sends by itself, outside any dialog: a probe. RFC 3261 §8.1 */
import { SipError } from '../errors.js'
import { SipHeaders } from '../message/headers.js'
import { SipRequest, type SipResponse } from '../message/message.js'
import { isSipUri, parseUri } from '../message/uri.js'
import { isPromise } from '../plugin/pipeline.js'
import { type OutgoingRequest, type OutgoingResult } from '../plugin/plugin.js'
import { addVia, defaultMaxForwards } from '../proxy/forward.js'
import { type Hop } from '../message/flow.js'
import { type ClientTransaction } from '../transaction/layer.js'
import { type Listener } from '../transport/transport.js'
import { type ClientUser, type Endpoint, type Waiting } from './endpoint.js'

export class OwnRequest implements ClientUser, Waiting {
  dueAt = Infinity
  place = -1
  transaction: ClientTransaction | undefined = undefined
  listener: Listener | undefined = undefined
  readonly #endpoint: Endpoint
  readonly #outgoing: OutgoingRequest
  readonly #done: (result: OutgoingResult) => void
  readonly #startedAt: number
  #finished = false

  constructor(
    endpoint: Endpoint,
    outgoing: OutgoingRequest,
    done: (result: OutgoingResult) => void,
  ) {
    this.#endpoint = endpoint
    this.#outgoing = outgoing
    this.#done = done
    this.#startedAt = endpoint.now()
  }

  /** Locates the next hop and sends. What goes wrong is told as `transport-error`. */
  start(): void {
    const endpoint = this.#endpoint
    endpoint.wake(this, this.#startedAt + this.#outgoing.timeoutMs)
    try {
      const text = this.#outgoing.nextHop ?? this.#outgoing.uri
      const uri = parseUri(text)
      if (!isSipUri(uri)) throw new SipError('SIPW_ERR_URI_SCHEME', [uri.scheme])
      const hops = endpoint.resolver.resolve(uri)
      if (isPromise(hops)) {
        hops.then(
          (located) => this.#send(located),
          (error: unknown) => this.#failed(error),
        )
      } else this.#send(hops)
    } catch (error) {
      this.#failed(error)
    }
  }

  response(response: SipResponse, now: number): void {
    if (response.status < 200) return
    this.#finish({ kind: 'response', response, elapsedMs: now - this.#startedAt })
  }

  timeout(): void {
    this.#finish({ kind: 'timeout' })
  }

  transportError(error: SipError): void {
    this.#finish({ kind: 'transport-error', error })
  }

  /** Its own time is up: nothing is resent any more, whatever Timer B or F would allow. */
  wakeUp(now: number): void {
    const { layer } = this.#endpoint
    if (this.transaction !== undefined) {
      this.#endpoint.run(layer.abandon(this.transaction, now))
    }
    this.#finish({ kind: 'timeout' })
  }

  #send(hops: readonly Hop[]): void {
    if (this.#finished) return
    const [hop] = this.#endpoint.listeners.reachable(hops)
    try {
      if (hop === undefined)
        throw new SipError('SIPW_ERR_UNRESOLVABLE', [this.#outgoing.uri, 'no hop'])
      const endpoint = this.#endpoint
      const listener = endpoint.listeners.for(hop, undefined)
      const { local } = listener
      const request = this.#request(local.advertisedHost)
      addVia(request, {
        transport: local.transport,
        host: local.advertisedHost,
        port: local.advertisedPort,
        mark: local.viaMark,
        branch: endpoint.chance.branch(),
      })
      this.listener = listener
      endpoint.start(request, hop, this)
    } catch (error) {
      this.#failed(error)
    }
  }

  /** RFC 3261 §8.1.1 */
  #request(host: string): SipRequest {
    const { method, uri, from, headers = {} } = this.#outgoing
    const { chance } = this.#endpoint
    const ownUri = from ?? `sip:${host.includes(':') ? `[${host}]` : host}`
    const given = Object.keys(headers).some((name) => name.toLowerCase() === 'max-forwards')
    return new SipRequest(
      method,
      uri,
      SipHeaders.of([
        ...(given ? [] : [['Max-Forwards', String(defaultMaxForwards)] as const]),
        ['From', `<${ownUri}>;tag=${chance.tag()}`],
        ['To', `<${uri}>`],
        ['Call-ID', chance.tag() + chance.tag()],
        ['CSeq', `1 ${method}`],
        ...Object.entries(headers),
        ['Content-Length', '0'],
      ]),
    )
  }

  #failed(error: unknown): void {
    const reason =
      error instanceof SipError
        ? error
        : new SipError('SIPW_ERR_FORWARD', [this.#outgoing.uri], { cause: error })
    this.#finish({ kind: 'transport-error', error: reason })
  }

  #finish(result: OutgoingResult): void {
    if (this.#finished) return
    this.#finished = true
    this.#endpoint.wake(this, Infinity)
    try {
      this.#done(result)
    } catch (error) {
      this.#endpoint.log.error({ err: error }, 'the receiver of a result failed')
    }
  }
}
