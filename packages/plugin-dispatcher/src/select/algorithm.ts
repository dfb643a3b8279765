/** What an algorithm is, and `defineAlgorithm` for one's own. */
import { type Chance, type ContextKey, type SipRequest, type Source } from '@sipwright/framework'
import { type Destination } from '../destination.js'
import { type KeyLike } from './key.js'

/** What an algorithm may know of the request: any context of the framework fits. */
export interface SelectContext {
  readonly request: SipRequest
  readonly now: number
  /** Where the request came from. */
  readonly source?: Source
  /** What to hash, where the route says so itself; else the algorithm takes it from the request. */
  readonly key?: string
  /** What a middleware left on the request. */
  peek?<T>(key: ContextKey<T>): T | undefined
}

/** Yields destinations in order of preference, first the choice and then the fallbacks, each at most once. */
export interface Walk {
  /** All that it yields are tried at once, not one after the other. Absent: false. */
  readonly atOnce?: boolean
  next(): Destination | undefined
}

/** One destination as an algorithm sees it for one request. */
export interface Ranked {
  readonly destination: Destination
  /** What its place goes by, in the algorithm's own unit, which `Preview.score` names. */
  readonly score: number
  /** Why the algorithm itself would not choose it: `sheds 30 % of its calls`. Absent: it would. */
  readonly out?: string
}

/** What a walk would yield, and by what. */
export interface Preview {
  /** As the walk would yield them. Unusable ones may be among them, as in the walk. */
  readonly order: readonly Ranked[]
  /** What the scores are, and which goes first: `turns until it is next; least first`. */
  readonly score: string
  /** A draw decides among them: the next call may take another than the first. Absent: false. */
  readonly drawn?: boolean
  /** All are tried at once. Absent: false. */
  readonly atOnce?: boolean
}

/** One algorithm at work on one set. Nothing is allocated per destination when a request comes. */
export interface Selector {
  /**
   * It goes by `effectiveWeight`, in which slow start and a destination's own word of what it bears are already. Absent: such
   * a destination is passed over, whatever this chooses, as often as it must be.
   */
  readonly weighs?: boolean
  /** The destinations of the set, higher priority first; again with new ones after a reload. */
  load(destinations: readonly Destination[]): void
  /**
   * Called once, after the first `load`, where several workers select from the same destinations: the share of them, from
   * 0 to 1, at which this one's turns begin, so that all workers do not begin with the same.
   */
  beginAt?(share: number): void
  /** Called once per request. It may leave unusable destinations in: they are skipped when the walk reaches them. */
  select(ctx: SelectContext): Walk
  /**
   * What `select` would yield for this request if it were called now. It moves nothing: no turn, no credit, no draw. Only
   * operators ask, so it may take its time. Absent: the algorithm's choice cannot be explained.
   */
  preview?(ctx: SelectContext): Preview
}

/** What a set says about its algorithm. */
export interface SelectorOptions {
  /** What `hash-expression` hashes; absent: the Call-ID. */
  readonly key?: KeyLike
  /** Hashes of URIs look at the user alone. Absent: false. */
  readonly userOnly?: boolean
  /** By hashes nobody gets more than so many times its share of the calls; absent or 0: no bound. */
  readonly boundedLoad?: number
  /** `kamailio:9`: the share of a dead destination goes to all others, not to its neighbour. Absent: false. */
  readonly redistribute?: boolean
}

/** What an algorithm is lent, and what the set says about it. */
export interface SelectorSetup extends SelectorOptions {
  readonly chance: Chance
  /** Asks that first responses be timed from now on, for `Destination.responseTime`. Absent: nobody times them. */
  readonly timeResponses?: () => void
  /** Asks that what destinations say of their overload be heard, for `Destination.overload`. Absent: nobody listens. */
  readonly hearOverload?: () => void
}

export interface Algorithm {
  readonly name: string
  readonly start: (setup: SelectorSetup) => Selector
}

const algorithms = new WeakSet<object>()

/** Makes an algorithm: `start` is called once for each set that uses it, and keeps that set's memory. */
export function defineAlgorithm(
  name: string,
  start: (setup: SelectorSetup) => Selector,
): Algorithm {
  const algorithm = { name, start }
  algorithms.add(algorithm)
  return algorithm
}

export function isAlgorithm(value: unknown): value is Algorithm {
  return typeof value === 'object' && value !== null && algorithms.has(value)
}

/** The same request, with what to hash. */
export function withKey(ctx: SelectContext, key: string): SelectContext {
  return {
    request: ctx.request,
    now: ctx.now,
    key,
    ...(ctx.source !== undefined && { source: ctx.source }),
    peek: (slot) => ctx.peek?.(slot),
  }
}

/** Walks a list as it stands. */
export function inOrder(destinations: readonly Destination[]): Walk {
  return new ListWalk(destinations)
}

class ListWalk implements Walk {
  readonly #destinations: readonly Destination[]
  #next = 0

  constructor(destinations: readonly Destination[]) {
    this.#destinations = destinations
  }

  next(): Destination | undefined {
    return this.#destinations[this.#next++]
  }
}
