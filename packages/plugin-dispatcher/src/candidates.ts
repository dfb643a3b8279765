/** What `select` returns: the walk of an algorithm, as the targets that a relay tries. */
import { formatUri, isSipUri, parseUri, type Target, type TargetSource } from '@sipwright/framework'
import { type Destination } from './destination.js'
import { type RetryBudget } from './load/retry-budget.js'
import { type Walk } from './select/algorithm.js'

/** What becomes of the Request-URI: it stays (`next-hop`), or takes all but its user from the destination (`domain`). */
export type TargetRole = 'next-hop' | 'domain'

export interface CandidatesOptions {
  readonly limit: number
  /** Destinations that may have no further call are left out. */
  readonly isCall: boolean
  /** The one that takes its domain from the destination; undefined: it stays as it came. */
  readonly requestUri?: string | undefined
  /** Must allow all but the first. */
  readonly budget?: RetryBudget | undefined
  readonly tally?: Tally | undefined
}

/** Plain numbers of a set since the start, read at scrape. */
export interface Tally {
  /** Requests that found no usable destination. */
  unserved: number
}

export class Candidates implements TargetSource {
  readonly #walk: Walk
  readonly #isCall: boolean
  readonly #budget: RetryBudget | undefined
  #left: number
  readonly #requestUri: string | undefined
  /** Until the request is counted as unserved: once. */
  #tally: Tally | undefined
  #first = true
  /** Looked at, and not yet handed out. */
  #peeked: Destination | undefined = undefined

  constructor(walk: Walk, { limit, isCall, requestUri, budget, tally }: CandidatesOptions) {
    this.#walk = walk
    this.#budget = budget
    this.#isCall = isCall
    this.#left = limit
    this.#requestUri = requestUri
    this.#tally = tally
  }

  /** Its destinations are tried at once, not one after the other. */
  get atOnce(): boolean {
    return this.#walk.atOnce === true
  }

  /** No usable destination is left. Asking counts nothing: an attempt is what is handed out. */
  get isEmpty(): boolean {
    if (!this.#mayGoOn()) return true
    this.#peeked = this.#usable()
    if (this.#peeked !== undefined) return false
    this.#none()
    return true
  }

  /** Whether a destination is usable is asked when its turn comes: it may have died since the first was tried. */
  next(): Target | undefined {
    if (!this.#mayGoOn()) return undefined
    const destination = this.#usable()
    this.#peeked = undefined
    if (destination === undefined) {
      this.#none()
      this.#left = 0
      return undefined
    }
    this.#left--
    const { counters } = destination
    if (this.#first) counters.selected++
    this.#first = false
    counters.attempts++
    if (this.#requestUri === undefined) return destination.target
    const uri = inDomain(this.#requestUri, destination.uri)
    return { ...destination.target, uri, role: 'request-uri' }
  }

  #none(): void {
    if (!this.#first || this.#tally === undefined) return
    this.#tally.unserved++
    this.#tally = undefined
  }

  #mayGoOn(): boolean {
    if (this.#left <= 0) return false
    return this.#first || this.atOnce || this.#budget?.allowsAnother !== false
  }

  /** The one that was looked at, if it may still be tried, else the next one of the walk that may. */
  #usable(): Destination | undefined {
    let destination = this.#peeked ?? this.#walk.next()
    while (destination !== undefined && !destination.takes(this.#isCall)) {
      destination = this.#walk.next()
    }
    return destination
  }
}

/** The user of one URI at the host of another. A tel URI's number becomes the user. RFC 3261 §19.1.6 */
function inDomain(requestUri: string, destinationUri: string): string {
  const [requested, destination] = [parseUri(requestUri), parseUri(destinationUri)]
  if (!isSipUri(destination)) return destinationUri
  if (isSipUri(requested)) {
    return formatUri({ ...destination, user: requested.user, password: requested.password })
  }
  if (requested.scheme !== 'tel') return destinationUri
  const params = new Map(destination.params).set('user', 'phone')
  return formatUri({ ...destination, user: requested.rest, password: undefined, params })
}

/** One destination before all others. The algorithm is asked, and its turn moves on, only if that one fails. */
export class Preferring implements Walk {
  readonly #preferred: Destination
  readonly #fallbacks: () => Walk
  #walk: Walk | undefined = undefined
  #started = false

  constructor(preferred: Destination, fallbacks: () => Walk) {
    this.#preferred = preferred
    this.#fallbacks = fallbacks
  }

  next(): Destination | undefined {
    if (!this.#started) {
      this.#started = true
      return this.#preferred
    }
    this.#walk ??= this.#fallbacks()
    const destination = this.#walk.next()
    return destination === this.#preferred ? this.#walk.next() : destination
  }
}
