/**
 * The routers of the inside, sealed in a parameter of our Record-Route: the outside has one router, us, and its Route brings
 * them back. RFC 3261 §12.1, §16.6 step 4, §20.30
 */
import {
  isSipUri,
  parseNameAddr,
  parseUri,
  type SipHeaders,
  type SipUri,
} from '@sipwright/framework'
import { type Seal } from './token/seal.js'
import { withUri } from './uris.js'

/** The URI parameter that holds them. */
const routesParameter = 'th'

export class RouteSets {
  readonly #seal: Seal
  readonly #isOurs: (uri: SipUri) => boolean

  constructor(seal: Seal, isOurs: (uri: SipUri) => boolean) {
    this.#seal = seal
    this.#isOurs = isOurs
  }

  /** A request leaves for the outside: of the Record-Route values only ours on top stays. Returns the others. */
  hideOfRequest(headers: SipHeaders): readonly string[] {
    const [top, ...inside] = headers.values('Record-Route')
    if (top === undefined) return []
    if (!this.#isOurRoute(top)) {
      headers.remove('Record-Route')
      return [top, ...inside]
    }
    if (inside.length === 0) return inside
    headers.remove('Record-Route').append('Record-Route', this.#withRoutes(top, inside))
    return inside
  }

  /**
   * A response leaves for the outside. Its last values are the `outside` that the request came with; above them is ours, and
   * above that stands the inside, which the caller's route set has in the other order. Returns what was hidden. §12.1.2
   */
  hideOfResponse(headers: SipHeaders, outside: number): readonly string[] {
    const values = headers.values('Record-Route')
    const place = values.length - outside - 1
    if (place < 0) return []
    const hidden = values.slice(0, place)
    const ours = values[place]!
    const rest = values.slice(place + 1)
    headers.remove('Record-Route')
    if (this.#isOurRoute(ours)) rest.unshift(this.#withRoutes(ours, hidden.toReversed()))
    else hidden.push(ours)
    for (const value of rest) headers.append('Record-Route', value)
    return hidden
  }

  /** A response has come from the outside to a request of the inside: its last value is ours, and tells the others. */
  showInResponse(headers: SipHeaders): void {
    const values = headers.values('Record-Route')
    const last = values.pop()
    if (last === undefined) return
    const opened = this.#opened(last)
    if (opened === undefined) return
    headers.remove('Record-Route')
    for (const value of [...values, opened.route, ...opened.routes]) {
      headers.append('Record-Route', value)
    }
  }

  /**
   * A request has come from the outside along our Record-Route: the inside's routes follow ours. False: what our Route
   * says was not sealed by us.
   */
  showInRequest(headers: SipHeaders): boolean {
    if (!headers.getAll('Route').some(carriesRoutes)) return true
    const values = headers.values('Route')
    const opened = values.map((value) => this.#opened(value))
    const isForged = (value: string, index: number): boolean =>
      carriesRoutes(value) && opened[index] === undefined && this.#isOurRoute(value)
    if (values.some(isForged)) return false
    headers.remove('Route')
    values.forEach((value, index) => {
      const { route, routes } = opened[index] ?? { route: value, routes: [] }
      for (const each of [route, ...routes]) headers.append('Route', each)
    })
    return true
  }

  #withRoutes(ours: string, routes: readonly string[]): string {
    if (routes.length === 0) return ours
    const { uri } = parseNameAddr(ours, 'Record-Route')
    const token = this.#seal.seal('routes', routes.join('\0'))
    return withUri(ours, uri, `${uri};${routesParameter}=${token}`)
  }

  #opened(
    value: string,
  ): { readonly route: string; readonly routes: readonly string[] } | undefined {
    if (!carriesRoutes(value)) return undefined
    const { uri } = parseNameAddr(value, 'Route')
    const parsed = parseUri(uri)
    const token = isSipUri(parsed) ? parsed.params.get(routesParameter) : undefined
    const routes = token === undefined ? undefined : this.#seal.open('routes', token)
    if (token === undefined || routes === undefined) return undefined
    const plain = uri.replace(`;${routesParameter}=${token}`, '')
    return { route: withUri(value, uri, plain), routes: routes.split('\0') }
  }

  #isOurRoute(value: string): boolean {
    const uri = parseUri(parseNameAddr(value, 'Record-Route').uri)
    return isSipUri(uri) && this.#isOurs(uri)
  }
}

function carriesRoutes(value: string): boolean {
  return value.includes(`;${routesParameter}=`)
}
