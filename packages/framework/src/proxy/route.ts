/**
 * Routes: taking our own off a request that has come, and reading the next hop of a copy that leaves, with strict
 * routers (RFC 2543) on either side. RFC 3261 §16.4, §16.6 step 6, §16.12
 */
import { SipError } from '../errors.js'
import { type SipRequest } from '../message/message.js'
import { type NameAddr, parseNameAddr } from '../message/name-addr.js'
import { formatUri, isSipUri, parseUri, type SipUri, type Uri } from '../message/uri.js'
import { requestUriFrom } from './forward.js'

/**
 * Route information preprocessing, RFC 3261 §16.4, on the request as it came:
 *
 * - a strict router before us has put our Record-Route value into the Request-URI: the last Route value, which
 *   is the real Request-URI, goes back there;
 * - a Request-URI sent here by `maddr` loses it, with port and transport;
 * - every leading Route value that is ours goes (two of them after a double Record-Route, RFC 5658).
 *
 * Returns the URIs of the Route values removed from the top, first first; the one that a strict router had put into
 * the Request-URI is the first of them. `isOurs` is asked for host, port and transport.
 */
export function takeOwnRoutes(
  request: SipRequest,
  isOurs: (uri: SipUri) => boolean,
): readonly SipUri[] {
  if (!request.headers.has('Route')) {
    takeMaddr(request, isOurs)
    return noRoutes
  }
  const taken = undoStrictRouting(request, isOurs)
  takeMaddr(request, isOurs)
  for (;;) {
    const route = topRoute(request)
    if (route === undefined) return taken
    const uri = parseUri(route.uri)
    if (!isSipUri(uri) || !isOurs(uri)) return taken
    request.headers.removeFirstValue('Route')
    taken.push(uri)
  }
}

const noRoutes: readonly SipUri[] = []

/**
 * The URI to locate for a copy: its top Route, or its Request-URI. When the top Route is a strict router (no `lr`)
 * the copy is rewritten for it: its URI becomes the Request-URI, and the old Request-URI the last Route (RFC 3261
 * §16.6 step 6), so ask once for each copy. Throws SIPW_ERR_URI_SCHEME (416) when neither can be located.
 */
export function nextHopUri(copy: SipRequest): SipUri {
  const route = topRoute(copy)
  if (route === undefined) return located(copy.requestUri)
  const uri = located(parseUri(route.uri))
  if (!uri.params.has('lr')) {
    copy.headers.removeFirstValue('Route').append('Route', `<${copy.uri}>`)
    copy.uri = requestUriFrom(route.uri)
  }
  return uri
}

/**
 * Our Record-Route values always carry `lr`; an address that merely is ours (a customer's `sip:bob@edge.example`
 * that arrives by a preloaded Route) does not, and stays.
 */
function undoStrictRouting(request: SipRequest, isOurs: (uri: SipUri) => boolean): SipUri[] {
  const { requestUri } = request
  if (!isSipUri(requestUri) || !requestUri.params.has('lr') || !isOurs(requestUri)) return []
  const routes = request.headers.values('Route')
  const last = routes.pop()
  if (last === undefined) return []
  request.uri = requestUriFrom(parseNameAddr(last, 'Route').uri)
  request.headers.remove('Route')
  for (const route of routes) request.headers.append('Route', route)
  return [requestUri]
}

function takeMaddr(request: SipRequest, isOurs: (uri: SipUri) => boolean): void {
  const { requestUri } = request
  if (!isSipUri(requestUri)) return
  const maddr = requestUri.params.get('maddr')
  if (maddr === undefined) return
  if (!isOurs({ ...requestUri, host: bare(maddr.toLowerCase()) })) return
  const params = new Map(requestUri.params)
  for (const name of ['maddr', 'ttl', 'transport']) params.delete(name)
  request.uri = formatUri({ ...requestUri, port: undefined, params })
}

function topRoute(request: SipRequest): NameAddr | undefined {
  const text = request.headers.firstValue('Route')
  return text === undefined ? undefined : parseNameAddr(text, 'Route')
}

function located(uri: Uri): SipUri {
  if (isSipUri(uri)) return uri
  throw new SipError('SIPW_ERR_URI_SCHEME', [uri.scheme])
}

function bare(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
}
