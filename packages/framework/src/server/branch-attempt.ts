/** One branch on its way: the copy, the hops of its target in order, and the client transaction in use. §16.6 */
import { SipError } from '../errors.js'
import { type Hop, hop } from '../message/flow.js'
import { cancelFor, responseTo, type SipRequest, type SipResponse } from '../message/message.js'
import { serialize } from '../message/serialize.js'
import { isSipUri, parseUri, type SipUri } from '../message/uri.js'
import { isPromise } from '../plugin/pipeline.js'
import { addRecordRoute, addVia, copyFor, recordRouteFor, takeOurVia } from '../proxy/forward.js'
import { branchWith } from '../proxy/loop.js'
import { type Branch } from '../proxy/proxy-context.js'
import { nextHopUri } from '../proxy/route.js'
import { type ClientTransaction } from '../transaction/layer.js'
import { type Listener } from '../transport/transport.js'
import { BranchView, ResponseView } from './contexts.js'
import { arriveBack, depart, zoneOf } from './crossing.js'
import { flowParameter, tokenParameter } from './dialog-token.js'
import { type ClientUser } from './endpoint.js'
import { type Proxying } from './proxying.js'
import { within } from './reach.js'

/** Above this a request leaves by a transport with congestion control, if there is one. RFC 3261 §18.1.1 */
const largestDatagram = 1_300
/** What our Via, Record-Route and Max-Breadth may add to a request. */
const largestAddition = 400

export class BranchAttempt implements ClientUser {
  /** Why the transport or the location of the target failed. */
  error: SipError | undefined = undefined
  transaction: ClientTransaction | undefined = undefined
  listener: Listener | undefined = undefined
  readonly #proxying: Proxying
  readonly #branch: Branch
  #copy: SipRequest | undefined = undefined
  #hops: readonly Hop[] = []
  #hop = 0
  #sent: SipRequest | undefined = undefined
  /** A boundary has changed fields of the copy. */
  #edited = false
  /** Its target has spoken finally: there is nothing to cancel. */
  #over = false

  constructor(proxying: Proxying, branch: Branch) {
    this.#proxying = proxying
    this.#branch = branch
  }

  /** The copy that left last; undefined if none could. */
  get sent(): SipRequest | undefined {
    return this.#sent
  }

  get callId(): string {
    return this.#proxying.incoming.sentCallId
  }

  /** Where its target stands; undefined if nothing has left. */
  get zone(): string | undefined {
    const { hop } = this.transaction ?? {}
    if (hop === undefined || this.listener === undefined) return undefined
    return zoneOf(this.#proxying.incoming.endpoint, hop, this.listener.local.zone)
  }

  /** Makes the copy, lets plugins and the route class edit it, and locates the next hop. */
  start(): void {
    const { incoming } = this.#proxying
    const { endpoint, route } = incoming
    const { target, breadth } = this.#branch
    if (!this.#mayLeave()) return
    try {
      const copy = copyFor(incoming.request, target, breadth)
      if (endpoint.hooks.forward.length > 0 || route?.branch !== undefined) {
        const view = new BranchView(incoming, copy, this.#branch)
        for (const hook of endpoint.hooks.forward) endpoint.guard(hook, view)
        if (route?.branch !== undefined) endpoint.guard(route.branch, view)
      }
      const uri = target.role === 'next-hop' ? sipUri(target.uri) : nextHopUri(copy)
      this.#copy = copy
      if (incoming.flowHop !== undefined) {
        this.#hops = [incoming.flowHop]
        this.#hop = 0
        this.#send()
        return
      }
      const hops = endpoint.resolver.resolve(uri)
      if (isPromise(hops)) {
        hops.then(
          (located) => {
            if (this.#mayLeave()) this.#located(located, uri)
          },
          (error: unknown) => this.#failed(error),
        )
      } else this.#located(hops, uri)
    } catch (error) {
      this.#failed(error)
    }
  }

  /** RFC 3261 §9.1: on the hop and with the branch of the request that it cancels. */
  cancel(): void {
    if (this.#sent === undefined || this.transaction === undefined) return
    const { endpoint } = this.#proxying.incoming
    endpoint.start(cancelFor(this.#sent), this.transaction.hop, new Cancelling(this.listener!))
  }

  abandon(): void {
    this.#hops = []
    const { endpoint } = this.#proxying.incoming
    if (this.transaction !== undefined) {
      endpoint.run(endpoint.layer.abandon(this.transaction, endpoint.now()))
    }
  }

  /** The request has been answered: the copies are let go where no CANCEL can need them. */
  forget(): void {
    this.#copy = undefined
    this.#hops = []
    if (this.#over) this.#sent = undefined
  }

  response(response: SipResponse, now: number): void {
    const asked = this.#branch.target.viaParams !== undefined
    const ourVia = asked ? response.headers.firstValue('Via') : undefined
    const { incoming } = this.#proxying
    const { endpoint, route } = incoming
    const hasVia = takeOurVia(response)
    // A boundary may have kept the other Vias here.
    if (!hasVia && !this.#edited) return
    if (endpoint.hooks.boundaries.length > 0) {
      const [{ hop }, listener, edited] = [this.transaction!, this.listener!, this.#edited]
      if (!arriveBack(endpoint, response, incoming, hop, listener, edited)) return
    }
    if (response.status >= 200) this.#over = true
    if (endpoint.hooks.response.length > 0 || route?.response !== undefined) {
      const view = new ResponseView(incoming, this.#branch, response, ourVia)
      for (const hook of endpoint.hooks.response) endpoint.guard(hook, view)
      if (route?.response !== undefined) endpoint.guard(route.response, view)
    }
    // RFC 3263 §4.3: a 503 makes the client try the next server of the same name.
    if (response.status === 503 && this.#tryNextHop()) return
    this.#proxying.received(this.#branch, response, now)
  }

  timeout(now: number): void {
    if (this.#tryNextHop()) return
    this.#proxying.failed(this.#branch, 'no-response', now)
  }

  transportError(error: SipError, now: number): void {
    this.error = error
    if (this.#tryNextHop()) return
    const { endpoint, request } = this.#proxying.incoming
    endpoint.log.debug(
      { callId: request.callId, target: this.#branch.target.uri, err: error },
      'target unreachable',
    )
    this.#proxying.failed(this.#branch, 'transport-error', now)
  }

  #located(hops: readonly Hop[], uri: SipUri): void {
    const { isBound, endpoint, source } = this.#proxying.incoming
    const allowed = isBound ? within(hops, source.zone, endpoint.zones) : hops
    if (allowed.length === 0) {
      this.#failed(new SipError('SIPW_ERR_NOT_REACHED', [uri.host]))
      return
    }
    this.#hops = this.#withStreamForLarge(endpoint.listeners.reachable(allowed), uri)
    this.#hop = 0
    this.#send()
  }

  /** While others of a fork were tried or a name was looked up, the request may have been decided. */
  #mayLeave(): boolean {
    if (this.#proxying.restart(this.#branch)) return true
    this.#proxying.failed(this.#branch, 'no-response', this.#proxying.incoming.now)
    return false
  }

  /**
   * RFC 3261 §18.1.1: a large request goes by TCP, and by UDP if that is refused. A target that was given
   * `transport=udp` keeps it.
   */
  #withStreamForLarge(hops: readonly Hop[], uri: SipUri): readonly Hop[] {
    const { incoming } = this.#proxying
    if (incoming.bytes + largestAddition <= largestDatagram || uri.params.has('transport'))
      return hops
    const { listeners } = incoming.endpoint
    const larger: Hop[] = []
    for (const each of hops) {
      const stream = hop('TCP', each.address, each.port, each.host)
      if (each.transport === 'UDP' && listeners.canReach(stream) && this.#isLarge())
        larger.push(stream)
      larger.push(each)
    }
    return larger
  }

  #isLarge(): boolean {
    return serialize(this.#copy!).length + largestAddition > largestDatagram
  }

  #tryNextHop(): boolean {
    if (this.#hop + 1 >= this.#hops.length || !this.#proxying.restart(this.#branch)) return false
    this.#hop++
    this.#over = false
    this.#send()
    return true
  }

  #send(): void {
    const { incoming } = this.#proxying
    const { endpoint } = incoming
    const next = this.#hops[this.#hop]
    try {
      if (next === undefined)
        throw new SipError('SIPW_ERR_UNRESOLVABLE', [this.#branch.target.uri, 'no hop'])
      const listener = endpoint.listeners.for(next, incoming.source.flow.local, incoming.routed)
      const last = this.#hop + 1 >= this.#hops.length
      const copy = last ? this.#copy! : this.#copy!.clone()
      const { local } = listener
      if (incoming.recordRouted) {
        const token = endpoint.dialogs.of(incoming.request, this.#branch.target.mark)
        const mark = `;${tokenParameter}=${token}`
        const { flow } = incoming.source
        const byFlow =
          flow.connection === 0
            ? ''
            : `;${flowParameter}=${endpoint.dialogs.flowOf(incoming.request, flow.connection)}`
        addRecordRoute(copy, recordRouteFor(flow.local, local, schemeFor(copy), mark, byFlow))
      }
      this.#edited = depart(endpoint, copy, incoming, next, listener)
      const branch = branchWith(endpoint.chance.branch(), incoming.loopKey)
      addVia(copy, {
        transport: local.transport,
        host: local.advertisedHost,
        port: local.advertisedPort,
        mark: local.viaMark,
        params: this.#branch.target.viaParams,
        branch,
      })
      this.#sent = copy
      this.listener = listener
      endpoint.start(copy, next, this, branch)
    } catch (error) {
      this.#failed(error)
    }
  }

  /** Could not even leave. What the request itself is to blame for is answered so; the rest is as a 503 (§16.9). */
  #failed(error: unknown): void {
    const { incoming } = this.#proxying
    const { endpoint } = incoming
    if (!(error instanceof SipError)) {
      endpoint.log.error({ err: error, callId: incoming.request.callId }, 'forwarding failed')
      this.error = new SipError('SIPW_ERR_FORWARD', [this.#branch.target.uri], { cause: error })
    } else this.error = error
    if (this.error.status < 500 && this.error.status !== 408) {
      const refused = responseTo(incoming.request, this.error.status, {
        toTag: endpoint.chance.tag(),
      })
      this.#proxying.received(this.#branch, refused, endpoint.now())
    } else this.#proxying.failed(this.#branch, 'transport-error', endpoint.now())
  }
}

/** A CANCEL on its way: whatever becomes of it, the INVITE's own transaction tells the outcome. §9.1 */
class Cancelling implements ClientUser {
  transaction: ClientTransaction | undefined = undefined
  readonly listener: Listener

  constructor(listener: Listener) {
    this.listener = listener
  }

  response(): void {
    // 200 and 481 alike: the INVITE's final response is what counts.
  }

  timeout(): void {
    // The proxy context waits 64·T1 for the INVITE's final response by itself.
  }

  transportError(): void {
    // As a timeout.
  }
}

function sipUri(text: string): SipUri {
  const uri = parseUri(text)
  if (!isSipUri(uri)) throw new SipError('SIPW_ERR_URI_SCHEME', [uri.scheme])
  return uri
}

function schemeFor(copy: SipRequest): 'sip' | 'sips' {
  return copy.requestUri.scheme === 'sips' ? 'sips' : 'sip'
}
