/** The life of a request from its transaction to its handler, in the order of RFC 3261 §16. */
import { SipError } from '../errors.js'
import { isSipUri } from '../message/uri.js'
import { runPipeline } from '../plugin/pipeline.js'
import { loopKey } from '../proxy/loop.js'
import { takeOwnRoutes } from '../proxy/route.js'
import { validateRequest } from '../proxy/validate.js'
import { type ServerTransaction } from '../transaction/layer.js'
import { arrive } from './crossing.js'
import { type Endpoint } from './endpoint.js'
import { IncomingRequest } from './incoming-request.js'

/** Validates (§16.3), takes our Route off (§16.4), and hands the request to its chain of middleware and handler. */
export function handleRequest(endpoint: Endpoint, transaction: ServerTransaction): void {
  const { request } = transaction
  if (request === undefined) return
  const { asSent, addressed, status } = arrive(endpoint, request, transaction.flow)
  const key = loopKey(request, endpoint.loopSeed)
  const incoming = new IncomingRequest(endpoint, transaction, request, key, endpoint.bytes)
  incoming.asSent = asSent
  incoming.addressed = addressed
  transaction.user = incoming
  endpoint.openRequests++
  if (status !== undefined) {
    incoming.refuse(status)
    return
  }
  try {
    const { isOurAddress, isOurs } = endpoint
    const rules = { proxyRequire: noExtensions, isOurs: isOurAddress, loopKey: key }
    const refusal = validateRequest(request, rules)
    if (refusal !== undefined) {
      incoming.refuse(refusal.status, refusal.headers)
      return
    }
    const taken = takeOwnRoutes(request, isOurs)
    if (request.toTag === undefined) handleNew(endpoint, incoming)
    else {
      incoming.routed = endpoint.listeners.routedBy(taken)
      const marks = endpoint.dialogs.proven(taken, request)
      if (marks !== undefined) incoming.dialogMarks = marks
      incoming.flowHop = endpoint.flowHop(taken, request, transaction.flow)
      handleInDialog(endpoint, incoming, marks !== undefined)
    }
  } catch (error) {
    if (error instanceof SipError && error.status < 500) incoming.refuse(error.status)
    else incoming.crash(error)
  }
}

const noExtensions: ReadonlySet<string> = new Set()

/** A request outside a dialog: its chain decides where it goes. */
function handleNew(endpoint: Endpoint, incoming: IncomingRequest): void {
  const { request } = incoming
  const { requestUri } = request
  if (endpoint.draining) {
    incoming.refuse(503)
    return
  }
  if (incoming.addressed) {
    incoming.conclude(runPipeline(endpoint.routes.preloaded, incoming))
    return
  }
  if (endpoint.profile === 'edge') {
    // No open relay: a stranger's Route is not followed, another domain's request not carried.
    const foreignDomain = isSipUri(requestUri) && !endpoint.listeners.serves(requestUri)
    if (request.headers.has('Route') || foreignDomain) {
      incoming.refuse(403)
      return
    }
  } else if (request.headers.has('Route')) {
    incoming.conclude(runPipeline(endpoint.routes.preloaded, incoming))
    return
  }
  incoming.route = endpoint.routes.find(request.method)
  if (endpoint.hooks.observers.length > 0) {
    endpoint.observeRouted(request, incoming.route?.name, incoming.sentCallId)
  }
  incoming.conclude(runPipeline(incoming.route?.chain ?? endpoint.routes.unrouted, incoming))
}

/** A request inside a dialog goes along its route set, nowhere else. RFC 3261 §12.2, §16.12 */
function handleInDialog(endpoint: Endpoint, incoming: IncomingRequest, isOurDialog: boolean): void {
  const { request } = incoming
  const leadsToUs = !request.headers.has('Route') && incoming.isForUs
  if (leadsToUs) {
    incoming.refuse(481)
    return
  }
  if (endpoint.profile === 'edge' && !isOurDialog) {
    // A dialog that we carry says so by its Route; any other is a stranger's way to have us send anywhere.
    incoming.refuse(403)
    return
  }
  incoming.isBound = endpoint.profile === 'edge'
  incoming.conclude(runPipeline(endpoint.routes.inDialog(request.method), incoming))
}
