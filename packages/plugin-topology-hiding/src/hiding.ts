/**
 * What becomes of a message that crosses between the inside and the outside. In between, everything is as the inside has
 * it: a message from outside is restored before anything is read of it, and one to the outside is disguised when
 * everything stands on it. RFC 3261 §16.6, §16.7; RFC 3323 §5
 */
import {
  type ArrivingRequest,
  type ArrivingResponse,
  type Boundary,
  type DepartingRequest,
  type DepartingResponse,
  isSipUri,
  parseNameAddr,
  parseUri,
  reasonPhrase,
  type SipHeaders,
  type SipRequest,
  type SipResponse,
  type SipUri,
} from '@sipwright/framework'
import { hideInBody } from './bodies.js'
import { Disguise, type InsideHosts, insideZone } from './inside-hosts.js'
import { type Names } from './names.js'
import { type References } from './references.js'
import { type RouteSets } from './route-set.js'
import {
  type HeaderList,
  normalizeLists,
  removeInsideLinks,
  rewriteReasons,
  rewriteWarnings,
} from './software.js'
import { mapTag, maskAddress } from './tags.js'
import { tokenPrefix } from './token/seal.js'
import { claimsToken, hostportOf, type SealedUris, withHostport, withUri } from './uris.js'

/** What hiding works with. */
export interface HidingParts {
  readonly inside: InsideHosts
  readonly isOurs: (uri: SipUri) => boolean
  readonly uris: SealedUris
  readonly callIds: Names
  readonly tags: Names
  readonly references: References
  readonly routes: RouteSets
  readonly stripped: HeaderList
  readonly sdp: boolean
  readonly fingerprint: boolean
}

/** Who asks to be forwarded to is told a URI; who is told of one may have to go there. */
const targetHeaders = ['Refer-To', 'Referred-By'] as const
const routeHeaders = ['Path', 'Service-Route'] as const

export class Hiding implements Boundary {
  readonly #parts: HidingParts

  constructor(parts: HidingParts) {
    this.#parts = parts
  }

  requestArrives(ctx: ArrivingRequest): number | undefined {
    const { request, source } = ctx
    const isNew = request.toTag === undefined
    const refusal = isNew ? 404 : 481
    // A backend may have been told a token too, by whoever it calls or by a web page.
    if (source.zone === insideZone) {
      return this.#showTarget(request, ctx, isNew) ? undefined : refusal
    }
    const { headers } = request
    const { callIds, tags, references, routes, uris } = this.#parts
    if (source.zone === 'public') this.#dropForeignRoutes(request)
    const restored = routes.showInRequest(headers) && this.#showTarget(request, ctx, isNew)
    if (!restored) return refusal
    rewrite(headers, 'Call-ID', (callId) => callIds.show(callId))
    for (const name of ['From', 'To']) {
      rewrite(headers, name, (value) => mapTag(value, (tag) => tags.show(tag)))
    }
    references.show(headers)
    for (const name of targetHeaders) {
      rewrite(headers, name, (value) =>
        // What names nothing of ours need not be well formed.
        mayNameInside(value) ? this.#mapUri(value, name, (uri) => uris.show(uri)) : value,
      )
    }
    return undefined
  }

  requestDeparts({ request, source, zone, local }: DepartingRequest): void {
    if (zone === insideZone) return
    const { headers } = request
    const fromInside = source.zone === insideZone
    const disguise = new Disguise(this.#parts.inside, local)
    if (fromInside) {
      for (const via of headers.values('Via')) this.#learn(disguise, sentBy(via))
      headers.remove('Via')
      const hidden = this.#parts.routes.hideOfRequest(headers)
      for (const route of hidden) this.#learn(disguise, parseNameAddr(route, 'Record-Route').uri)
    }
    const identity = this.#identity(headers.get('From'), disguise)
    this.#hide(request, disguise, { fromInside, all: fromInside, identity })
    rewrite(headers, 'Call-ID', (callId) => this.#parts.callIds.hide(callId, disguise))
    for (const name of ['From', 'To']) {
      rewrite(headers, name, (value) => this.#hideAddress(value, disguise))
    }
  }

  responseArrives({ response, request, source, zone }: ArrivingResponse): void {
    if (zone === insideZone) return
    const { headers } = response
    const { routes, tags, uris } = this.#parts
    if (source.zone === insideZone) routes.showInResponse(headers)
    if (request.toTag === undefined) {
      rewrite(headers, 'To', (value) => mapTag(value, (tag) => tags.show(tag)))
    }
    for (const name of ['Contact', ...routeHeaders]) {
      rewriteValues(headers, name, (value) =>
        this.#mapUri(value, name, (uri) => uris.open(uri)?.uri ?? uri),
      )
    }
  }

  responseDeparts({ response, request, source, zone }: DepartingResponse): void {
    const { headers, status } = response
    // Of a 100, which is made here, nothing could be told.
    if (status === 100 || source.zone === insideZone) return
    const { inside, routes, tags } = this.#parts
    const fromInside = zone === insideZone
    const disguise = new Disguise(inside, source.flow.local)
    if (fromInside && headers.has('Record-Route')) {
      const outside = request.headers.values('Record-Route').length
      const hidden = routes.hideOfResponse(headers, outside)
      for (const route of hidden) this.#learn(disguise, parseNameAddr(route, 'Record-Route').uri)
    }
    // The Contact of a dialog is where the backend is; a redirection or a list of bindings may lead anywhere.
    const all = fromInside && status < 300 && request.method !== 'REGISTER'
    const identity = this.#identity(headers.get('To'), disguise)
    this.#hide(response, disguise, { fromInside, all, identity })
    if (fromInside) response.reason = reasonPhrase(status)
    if (request.toTag === undefined) {
      rewrite(headers, 'To', (value) => mapTag(value, (tag) => tags.hide(tag, disguise)))
    }
  }

  // Outside to inside

  /** A stranger does not tell a registrar the way, nor a backend to send to another one. RFC 3327 §5, RFC 3608 §6 */
  #dropForeignRoutes({ headers }: SipRequest): void {
    for (const name of routeHeaders) headers.remove(name)
    if (!headers.has('Record-Route')) return
    const values = headers.values('Record-Route')
    const kept = values.filter((value) => {
      const uri = parseUri(parseNameAddr(value, 'Record-Route').uri)
      return !isSipUri(uri) || this.#parts.isOurs(uri) || !this.#parts.inside.has(uri.host)
    })
    if (kept.length === values.length) return
    headers.remove('Record-Route')
    for (const value of kept) headers.append('Record-Route', value)
  }

  /** Request-URI and Route. False: one says that it is a token of ours, and is none. */
  #showTarget(request: SipRequest, ctx: ArrivingRequest, isNew: boolean): boolean {
    const { uris } = this.#parts
    const { headers } = request
    const opened = uris.open(request.uri)
    if (opened !== undefined) {
      request.uri = opened.uri
      if (opened.identity !== undefined) this.#showIdentity(headers, opened.identity)
    } else if (this.#isForged(request.uri)) return false
    let addressed = opened !== undefined
    let isGenuine = true
    rewriteValues(headers, 'Route', (value) =>
      this.#mapUri(value, 'Route', (uri) => {
        const route = uris.open(uri)
        if (route === undefined) isGenuine &&= !this.#isForged(uri)
        else addressed = true
        return route?.uri ?? uri
      }),
    )
    if (addressed && isNew) ctx.addressed = true
    return isGenuine
  }

  #isForged(text: string): boolean {
    if (!text.includes('@')) return false
    const uri = parseUri(text)
    return isSipUri(uri) && claimsToken(uri.user) && this.#parts.isOurs(uri)
  }

  /** To names us where the inside goes by a hidden name. */
  #showIdentity(headers: SipHeaders, identity: string): void {
    rewrite(headers, 'To', (value) => {
      const { uri } = parseNameAddr(value, 'To')
      const parsed = parseUri(uri)
      if (!isSipUri(parsed) || !this.#parts.isOurs(parsed)) return value
      return withUri(value, uri, withHostport(uri, identity))
    })
  }

  // Inside to outside

  /** All that does not depend on whether it is a request. */
  #hide(
    message: SipRequest | SipResponse,
    disguise: Disguise,
    how: { fromInside: boolean; all: boolean; identity: string | undefined },
  ): void {
    const { headers } = message
    const { references, stripped, sdp, fingerprint } = this.#parts
    const { fromInside, all, identity } = how
    if (fromInside) stripped.removeFrom(headers)
    const contact = (uri: string): string => this.#hideUri(uri, disguise, all, identity)
    const route = (uri: string): string => {
      const hidden = this.#hideUri(uri, disguise, fromInside, undefined)
      return hidden !== uri && /;lr\b/i.test(uri) ? `${hidden};lr` : hidden
    }
    const target = (uri: string): string => this.#hideUri(uri, disguise, false, undefined)
    // All are read before any is changed: what one of them gives away is hidden in every other.
    if (all) this.#learnContacts(headers, disguise)
    rewriteValues(headers, 'Contact', (value) =>
      disguise.mask(this.#mapUri(value, 'Contact', contact)),
    )
    for (const name of routeHeaders) {
      rewriteValues(headers, name, (value) => disguise.mask(this.#mapUri(value, name, route)))
    }
    for (const name of targetHeaders) {
      rewrite(headers, name, (value) => disguise.mask(this.#mapUri(value, name, target)))
    }
    references.hide(headers, disguise)
    if (fromInside) {
      rewriteWarnings(headers, disguise)
      rewriteReasons(headers)
      if (fingerprint) normalizeLists(headers)
    }
    removeInsideLinks(headers, disguise)
    maskOthers(headers, disguise)
    hideInBody(message, disguise, { sdp: sdp && fromInside })
  }

  #hideUri(
    text: string,
    disguise: Disguise,
    always: boolean,
    identity: string | undefined,
  ): string {
    const uri = parseUri(text)
    if (!isSipUri(uri)) return disguise.mask(text)
    if (this.#parts.isOurs(uri)) return text
    if (always || disguise.hides(uri.host)) return this.#parts.uris.hide(text, disguise, identity)
    return this.#parts.uris.hideHeaders(text, disguise)
  }

  #hideAddress(value: string, disguise: Disguise): string {
    const tagged = mapTag(value, (tag) => this.#parts.tags.hide(tag, disguise))
    return maskAddress(tagged, (text) => disguise.mask(text))
  }

  /** Host and port of a From or To that must be hidden. */
  #identity(value: string | undefined, disguise: Disguise): string | undefined {
    if (value === undefined) return undefined
    const { uri } = parseNameAddr(value, 'From')
    const parsed = parseUri(uri)
    if (!isSipUri(parsed) || this.#parts.isOurs(parsed)) return undefined
    return disguise.hides(parsed.host) ? hostportOf(uri) : undefined
  }

  #learnContacts(headers: SipHeaders, disguise: Disguise): void {
    if (!headers.has('Contact')) return
    for (const value of headers.values('Contact')) {
      if (value !== '*') this.#learn(disguise, parseNameAddr(value, 'Contact').uri)
    }
  }

  #learn(disguise: Disguise, text: string): void {
    const uri = parseUri(text)
    if (isSipUri(uri) && !this.#parts.isOurs(uri)) disguise.learn(uri.host)
  }

  /** The value with another URI. A Contact of all bindings (`*`) has none. */
  #mapUri(value: string, header: string, map: (uri: string) => string): string {
    if (value === '*') return value
    const { uri } = parseNameAddr(value, header)
    const mapped = map(uri)
    return mapped === uri ? value : withUri(value, uri, mapped)
  }
}

/** A token, or a header of the URI that names a call. */
function mayNameInside(value: string): boolean {
  return value.includes(tokenPrefix) || value.includes('?')
}

/** Our own, or written anew. */
const handledHeaders = new Set([
  ...['via', 'from', 'to', 'call-id', 'cseq', 'contact', 'route', 'record-route', 'path'],
  ...['service-route', 'refer-to', 'referred-by', 'replaces', 'join', 'target-dialog'],
  ...['in-reply-to', 'warning', 'max-forwards', 'content-length'],
])
const longNames: Readonly<Record<string, string>> = {
  ...{ v: 'via', f: 'from', t: 'to', i: 'call-id', m: 'contact', r: 'refer-to' },
  ...{ b: 'referred-by', l: 'content-length' },
}

/** Whatever else names a hidden host: asserted identities, diversions, histories, headers that nobody knows. */
function maskOthers(headers: SipHeaders, disguise: Disguise): void {
  const named = new Set<string>()
  for (const [name, value] of headers.entries()) {
    const lower = name.toLowerCase()
    if (handledHeaders.has(longNames[lower] ?? lower)) continue
    if (disguise.isNamedIn(value)) named.add(name)
  }
  for (const name of named) {
    const values = headers.getAll(name).map((value) => disguise.mask(value))
    headers.remove(name)
    for (const value of values) headers.append(name, value)
  }
}

function rewrite(headers: SipHeaders, name: string, map: (value: string) => string): void {
  const value = headers.get(name)
  if (value === undefined) return
  const mapped = map(value)
  if (mapped !== value) headers.set(name, mapped)
}

function rewriteValues(headers: SipHeaders, name: string, map: (value: string) => string): void {
  if (!headers.has(name)) return
  const values = headers.values(name)
  const mapped = values.map(map)
  if (mapped.every((value, index) => value === values[index])) return
  headers.remove(name)
  for (const value of mapped) headers.append(name, value)
}

/** The URI of a Via's sent-by. */
function sentBy(via: string): string {
  return `sip:${/^\S+\s+([^\s;]+)/.exec(via)?.[1] ?? 'invalid.invalid'}`
}
