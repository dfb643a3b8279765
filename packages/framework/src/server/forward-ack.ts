/** The ACK for a 2xx: no transaction, no answer, along its Route. RFC 3261 §13.2.2.4, §16.11 */
import { SipError } from '../errors.js'
import { type Flow, type Hop } from '../message/flow.js'
import { type SipRequest } from '../message/message.js'
import { serialize } from '../message/serialize.js'
import { isPromise } from '../plugin/pipeline.js'
import { addVia, copyFor } from '../proxy/forward.js'
import { branchWith, loopKey } from '../proxy/loop.js'
import { nextHopUri, takeOwnRoutes } from '../proxy/route.js'
import { validateRequest } from '../proxy/validate.js'
import { type Listener } from '../transport/transport.js'
import { BranchView } from './contexts.js'
import { arrive, depart } from './crossing.js'
import { type Endpoint } from './endpoint.js'
import { within } from './reach.js'
import { ReceivedRequest } from './received-request.js'

/** Forwards it, or drops it: an ACK is never answered (§17). */
export function forwardAck(endpoint: Endpoint, request: SipRequest, flow: Flow): void {
  if (endpoint.isForRefusal(request)) return
  const { status } = arrive(endpoint, request, flow)
  if (status !== undefined) return
  const key = loopKey(request, endpoint.loopSeed)
  const { isOurAddress, isOurs } = endpoint
  try {
    const rules = { proxyRequire: noExtensions, isOurs: isOurAddress, loopKey: key }
    if (validateRequest(request, rules) !== undefined) return
    const taken = takeOwnRoutes(request, isOurs)
    const marks = endpoint.dialogs.proven(taken, request)
    if (endpoint.profile === 'edge' && marks === undefined) return
    const copy = copyFor(request, undefined)
    const received = new ReceivedRequest(endpoint, request, flow)
    if (endpoint.hooks.forward.length > 0) {
      if (marks !== undefined) received.dialogMarks = marks
      const view = new BranchView(received, copy, undefined)
      for (const hook of endpoint.hooks.forward) endpoint.guard(hook, view)
    }
    const uri = nextHopUri(copy)
    if (!copy.headers.has('Route') && endpoint.listeners.isOurs(uri)) return
    const byFlow = endpoint.flowHop(taken, request, flow)
    const routed = endpoint.listeners.routedBy(taken)
    if (byFlow !== undefined) {
      sendAck(received, copy, flow, [byFlow], key, routed)
      return
    }
    const hops = endpoint.resolver.resolve(uri)
    const send = (located: readonly Hop[]): void =>
      sendAck(received, copy, flow, allowedOf(endpoint, flow, located), key, routed)
    if (isPromise(hops))
      hops.then(send).catch((error: unknown) => unforwardable(endpoint, copy, error))
    else send(hops)
  } catch (error) {
    unforwardable(endpoint, request, error)
  }
}

const noExtensions: ReadonlySet<string> = new Set()

/** The edge sends a stranger's ACK where it sends the rest of his dialog. */
function allowedOf(endpoint: Endpoint, flow: Flow, hops: readonly Hop[]): readonly Hop[] {
  if (endpoint.profile !== 'edge') return hops
  const { zones } = endpoint
  return within(hops, zones.at(flow), zones)
}

function sendAck(
  received: ReceivedRequest,
  copy: SipRequest,
  flow: Flow,
  hops: readonly Hop[],
  key: string,
  routed: Listener | undefined,
): void {
  const { endpoint } = received
  const [hop] = endpoint.listeners.reachable(hops)
  if (hop === undefined) return
  const listener = endpoint.listeners.for(hop, flow.local, routed)
  const { local } = listener
  depart(endpoint, copy, received, hop, listener)
  addVia(copy, {
    transport: local.transport,
    host: local.advertisedHost,
    port: local.advertisedPort,
    mark: local.viaMark,
    branch: branchWith(endpoint.chance.branch(), key),
  })
  endpoint.counters.requestsSent++
  const text = serialize(copy)
  if (endpoint.hooks.observers.length > 0) {
    endpoint.observeSent(text, local, hop, received.sentCallId)
  }
  listener.sendTo(hop, text)
}

function unforwardable(endpoint: Endpoint, request: SipRequest, error: unknown): void {
  if (error instanceof SipError) {
    endpoint.log.debug({ err: error, callId: request.callId }, 'ACK not forwarded')
  } else endpoint.log.error({ err: error, callId: request.callId }, 'ACK not forwarded')
}
