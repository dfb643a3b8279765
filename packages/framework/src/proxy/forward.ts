/** The copy that leaves for one target, and our marks on it and on what comes back. RFC 3261 §16.6, §16.7 step 3 */
import { type LocalAddress } from '../message/flow.js'
import { type SipRequest, type SipResponse } from '../message/message.js'
import { formatUri, isSipUri, parseUri } from '../message/uri.js'
import { incomingBreadth, largestBreadth } from './breadth.js'
import { type Target } from './target.js'

/** What a request without Max-Forwards is given. RFC 3261 §16.6 step 3 */
export const defaultMaxForwards = 70

/** What our Via says. */
export interface OurVia {
  readonly transport: string
  /** IPv6 without brackets. */
  readonly host: string
  readonly port: number
  readonly branch: string
  /** A parameter of ours to be found again in the response, such as `;w=2`. */
  readonly mark?: string | undefined
  /** Parameters for who receives it, such as `;oc`: `Target.viaParams`. */
  readonly params?: string | undefined
}

/**
 * A copy of the request for one target, RFC 3261 §16.6 steps 1 to 3: the target's URI as Request-URI where that
 * is its role, Max-Forwards one less. `breadth` is the branch's share of Max-Breadth; without it the copy carries
 * all that the request may spend (RFC 5393 §5.3.3). No target: the Request-URI stays.
 */
export function copyFor(
  request: SipRequest,
  target: Target | undefined,
  breadth?: number,
): SipRequest {
  const copy = request.clone()
  const { headers } = copy
  if (target?.role === 'request-uri') copy.uri = requestUriFrom(target.uri)
  const { maxForwards } = request
  headers.set(
    'Max-Forwards',
    String(maxForwards === undefined ? defaultMaxForwards : Math.max(0, maxForwards - 1)),
  )
  headers.set('Max-Breadth', String(breadth ?? incomingBreadth(request) ?? largestBreadth))
  return copy
}

/**
 * A URI fit to be a Request-URI: without `?headers` and the `method` parameter, which may not stand there
 * (RFC 3261 §16.6 step 2, §19.1.1 table 1). The text is untouched when it has neither.
 */
export function requestUriFrom(text: string): string {
  if (!text.includes('?') && !text.toLowerCase().includes(';method')) return text
  const uri = parseUri(text)
  if (!isSipUri(uri)) return text
  const params = new Map(uri.params)
  params.delete('method')
  return formatUri({ ...uri, params, headers: undefined })
}

/**
 * The Record-Route values that keep us in the path, topmost first: the side that the copy leaves by, then the side
 * that the request came in by. One value does for both when they are the same listener; two when transport,
 * address family or address change, so that each side is told an address that it can reach (RFC 5658 §6.2).
 * `sips` when the Request-URI or the top Route of the copy is a SIPS URI. `mark` is a URI parameter of ours to be
 * found again in the Route of the dialog, such as `;dlg=4f2a`; `flow` is one that only the side has that the request came
 * from. RFC 3261 §16.6 step 4
 */
export function recordRouteFor(
  inbound: LocalAddress,
  outbound: LocalAddress,
  scheme: 'sip' | 'sips' = 'sip',
  mark = '',
  flow = '',
): readonly string[] {
  const leaving = recordRouteValue(outbound, scheme, mark)
  if (inbound === outbound && flow === '') return [leaving]
  const coming = recordRouteValue(inbound, scheme, mark + flow)
  return coming === leaving ? [leaving] : [leaving, coming]
}

/** Puts Record-Route values, topmost first, above those that the copy has. RFC 3261 §16.6 step 4 */
export function addRecordRoute(copy: SipRequest, values: readonly string[]): void {
  for (let index = values.length - 1; index >= 0; index -= 1) {
    copy.headers.prepend('Record-Route', values[index]!)
  }
}

/**
 * Puts our Via on top of the copy. Over UDP it asks for the response to come back to the port that the request
 * left from (`rport`, RFC 3581 §3). RFC 3261 §16.6 step 8
 */
export function addVia(copy: SipRequest, via: OurVia): void {
  const sentBy = `SIP/2.0/${via.transport} ${bracketed(via.host)}:${via.port}`
  const rport = via.transport === 'UDP' ? ';rport' : ''
  const params = `${via.mark ?? ''}${via.params ?? ''}`
  copy.headers.prepend('Via', `${sentBy};branch=${via.branch}${rport}${params}`)
}

/** Takes our Via off a response. False: no other remains, so it was meant for us alone. RFC 3261 §16.7 step 3 */
export function takeOurVia(response: SipResponse): boolean {
  response.headers.removeFirstValue('Via')
  return response.headers.has('Via')
}

function recordRouteValue(local: LocalAddress, scheme: 'sip' | 'sips', mark: string): string {
  const transport = local.transport.toLowerCase()
  const spoken = transport === 'udp' ? '' : `;transport=${transport}`
  return `<${scheme}:${bracketed(local.advertisedHost)}:${local.advertisedPort}${spoken};lr${mark}>`
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
