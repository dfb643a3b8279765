/** Takes messages across the boundaries that plugins have set; an app without any never comes here. */
import { SipError } from '../errors.js'
import { type Flow, type Hop } from '../message/flow.js'
import { type SipHeaders } from '../message/headers.js'
import {
  fieldsToAnswer,
  responseTo,
  type SipRequest,
  type SipResponse,
} from '../message/message.js'
import { type Listener } from '../transport/transport.js'
import { type Endpoint } from './endpoint.js'
import { FlowSource, type ReceivedRequest } from './received-request.js'

/** How a request came in. */
export interface Arrival {
  /** The fields that responses repeat, as its sender wrote them; undefined: they are as in the request. */
  readonly asSent: SipRequest | undefined
  readonly addressed: boolean
  /** Refused with this status. */
  readonly status: number | undefined
}

const untouched: Arrival = { asSent: undefined, addressed: false, status: undefined }

/** A request has come. It is edited in place. */
export function arrive(endpoint: Endpoint, request: SipRequest, flow: Flow): Arrival {
  const { boundaries } = endpoint.hooks
  if (boundaries.length === 0) return untouched
  const { headers } = request
  let asSent: SipRequest | undefined = undefined
  // Most boundaries change nothing of most requests.
  headers.beforeEdit(() => (asSent = fieldsToAnswer(request)))
  const ctx = { request, source: new FlowSource(flow, endpoint), addressed: false }
  let status: number | undefined = undefined
  try {
    for (const boundary of boundaries) status ??= boundary.requestArrives?.(ctx)
  } catch (error) {
    status = statusOf(endpoint, error)
  }
  headers.beforeEdit(undefined)
  return { asSent, addressed: ctx.addressed, status }
}

/** A copy is about to leave; says whether a boundary has edited it, and throws what a boundary throws. */
export function depart(
  endpoint: Endpoint,
  request: SipRequest,
  incoming: ReceivedRequest,
  hop: Hop,
  { local }: Listener,
): boolean {
  const { boundaries } = endpoint.hooks
  if (boundaries.length === 0) return false
  const { version } = request.headers
  const { source } = incoming
  const zone = zoneOf(endpoint, hop, local.zone)
  const ctx = { request, incoming: incoming.request, source, hop, zone, local }
  for (const boundary of boundaries) boundary.requestDeparts?.(ctx)
  return request.headers.version !== version
}

/**
 * A response to a copy has come, our Via taken off; `edited`: the copy had left with other fields than it has here. False: a
 * boundary could not take it, and it is lost.
 */
export function arriveBack(
  endpoint: Endpoint,
  response: SipResponse,
  incoming: ReceivedRequest,
  hop: Hop,
  { local }: Listener,
  edited: boolean,
): boolean {
  const { request, source } = incoming
  const ctx = { response, request, source, zone: zoneOf(endpoint, hop, local.zone) }
  try {
    if (edited) answerAs(response, request)
    for (const boundary of endpoint.hooks.boundaries) boundary.responseArrives?.(ctx)
    return true
  } catch (error) {
    statusOf(endpoint, error)
    return false
  }
}

/** The response as it leaves to the sender of the request; undefined: nothing does. */
export function departBack(
  endpoint: Endpoint,
  response: SipResponse,
  incoming: ReceivedRequest,
  zone: string | undefined,
): SipResponse | undefined {
  const { boundaries } = endpoint.hooks
  const { request, source, asSent } = incoming
  const isEdited = boundaries.some((each) => each.responseDeparts !== undefined)
  if (!isEdited && asSent === undefined) return response
  const leaving = response.clone()
  try {
    for (const boundary of boundaries) {
      boundary.responseDeparts?.({ response: leaving, request, source, zone })
    }
    if (asSent !== undefined) answerAs(leaving, asSent)
    return leaving
  } catch (error) {
    statusOf(endpoint, error)
    if (response.status < 200) return undefined
    const { toTag } = response
    return responseTo(asSent ?? request, 500, toTag === undefined ? undefined : { toTag })
  }
}

export function zoneOf(endpoint: Endpoint, hop: Hop, listenerZone: string): string {
  return endpoint.zones.of(hop.address, hop) ?? listenerZone
}

/** Gives a response the fields of the request that it answers, and leaves it its To tag. RFC 3261 §8.2.6.2 */
function answerAs(response: SipResponse, request: SipRequest): void {
  const { headers, toTag } = response
  const fields = request.headers
  const vias = fields.getAll('Via')
  if (headers.getAll('Via').join() !== vias.join()) {
    headers.remove('Via')
    // Upwards, as each goes to the top: the order is the request's.
    for (const via of vias.reverse()) headers.prepend('Via', via)
  }
  for (const name of ['From', 'Call-ID', 'CSeq']) change(headers, name, fields.get(name))
  const to = fields.get('To')
  const isTagged = request.toTag !== undefined || toTag === undefined
  change(headers, 'To', isTagged || to === undefined ? to : `${to};tag=${toTag}`)
}

/** Most are as they should be, and an edit makes a line of its own. */
function change(headers: SipHeaders, name: string, value: string | undefined): void {
  if (value !== undefined && headers.get(name) !== value) headers.set(name, value)
}

/** Logs why, and tells what the sender of a request is answered. */
function statusOf(endpoint: Endpoint, error: unknown): number {
  if (error instanceof SipError && error.status < 500) {
    endpoint.log.debug({ err: error }, 'refused at a boundary')
    return error.status
  }
  endpoint.counters.faults++
  endpoint.log.error({ err: error }, 'a boundary failed')
  return 500
}
