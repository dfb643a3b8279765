/** The destinations of one set and the algorithms at work on them. Replaced whole on reload. */
import { type Tally } from './candidates.js'
import { type ProbeConfig } from './config.js'
import { type AdminState, Destination, destinationId } from './destination.js'
import { type HealthState } from './health/health.js'
import { usabilityChanges } from './health/usability.js'
import {
  type Algorithm,
  type Preview,
  type SelectContext,
  type SelectorOptions,
  type SelectorSetup,
  type Walk,
} from './select/algorithm.js'
import { resolveAlgorithm, type AlgorithmLike } from './select/names.js'
import { OverflowSelector } from './select/overflow.js'
import { type SetDefinition } from './source/sources.js'

/** How many destinations of a set are in which state. Kamailio's $dsg, in numbers instead of percent. */
export interface SetCounts {
  readonly total: number
  /** Those that may get a new request. */
  readonly usable: number
  readonly health: Readonly<Record<HealthState, number>>
  readonly admin: Readonly<Record<AdminState, number>>
}

export class DestinationSet {
  readonly id: string
  /** Higher priority first, equal ones in the order in which they were written. */
  readonly destinations: readonly Destination[]
  readonly algorithm: Algorithm
  /** Instead of that of all sets. */
  readonly panicPercent: number | undefined
  /** Instead of that of all sets. */
  readonly slowStartMs: number | undefined
  /** Kept over reloads. */
  readonly tally: Tally
  /** So few destinations are well that health is ignored. */
  panics: boolean
  readonly #selector: OverflowSelector
  /** Those that selections asked for by themselves; each keeps its own turn. */
  readonly #others: Map<AlgorithmLike, OverflowSelector>
  readonly #setup: SelectorSetup
  readonly #options: SelectorOptions
  /** A share from 0 to 1. */
  readonly #offset: number
  /** Of an eased set only. */
  #sharing: number | undefined = undefined
  #easedAt = -1
  /** Selectors that have had no destinations yet. */
  #fresh: boolean

  /**
   * `previous` is the set that this replaces: states and turns of what stays are kept. `offset` is the share of the
   * destinations that the first turns leave out. The algorithm must exist: throws SIPW_ERR_ALGORITHM_UNKNOWN.
   */
  constructor(
    definition: SetDefinition,
    probe: ProbeConfig,
    previous: DestinationSet | undefined,
    now: number,
    setup: SelectorSetup,
    offset = 0,
  ) {
    this.#setup = { ...setup, ...definition.options }
    this.#options = definition.options ?? {}
    this.#offset = offset
    this.id = definition.id
    this.panicPercent = definition.panicPercent
    this.slowStartMs = definition.slowStartMs
    this.panics = previous?.panics ?? false
    this.tally = previous?.tally ?? { unserved: 0 }
    this.algorithm = resolveAlgorithm(definition.algorithm).algorithm
    const before = new Map(previous?.destinations.map((each) => [each.id, each]))
    this.destinations = definition.destinations
      .map((each) => new Destination(this.id, each, probe, before.get(destinationId(each)), now))
      .sort((a, b) => b.priority - a.priority)
    const kept =
      previous?.algorithm === this.algorithm && sameOptions(previous.#options, this.#options)
    this.#selector = kept
      ? previous.#selector
      : new OverflowSelector(() => this.algorithm.start(this.#setup))
    this.#fresh = !kept
    this.#others =
      previous !== undefined && sameOptions(previous.#options, this.#options)
        ? previous.#others
        : new Map<AlgorithmLike, OverflowSelector>()
  }

  /** Puts the destinations of this set to work; from here on the one that it replaces only serves who holds it. */
  activate(): void {
    for (const { health, probe } of this.destinations) health.policy = probe
    this.#selector.load(this.destinations)
    if (this.#fresh) this.#selector.beginAt(this.#offset)
    this.#fresh = false
    for (const selector of this.#others.values()) selector.load(this.destinations)
  }

  /** The order for one request, by the set's own algorithm or another one. */
  select(ctx: SelectContext, algorithm?: AlgorithmLike): Walk {
    const selector = algorithm === undefined ? this.#selector : this.#selectorOf(algorithm)
    return selector.select(ctx, this.#easing())
  }

  /** How many share the requests while one of them is due less than its weight; looked up when something has changed. */
  #easing(): number | undefined {
    if (this.#easedAt !== usabilityChanges()) {
      this.#easedAt = usabilityChanges()
      const sharing = this.destinations.filter(({ usable, overflow }) => usable && !overflow)
      this.#sharing = sharing.some(({ ease }) => ease < 1) ? sharing.length : undefined
    }
    return this.#sharing
  }

  /** What `select` would do, and by what algorithm; `preview` is undefined where the algorithm cannot say. */
  preview(
    ctx: SelectContext,
    given?: AlgorithmLike,
  ): { readonly algorithm: string; readonly preview: Preview | undefined } {
    const { name } = given === undefined ? this.algorithm : resolveAlgorithm(given).algorithm
    const selector = given === undefined ? this.#selector : this.#selectorOf(given)
    return { algorithm: name, preview: selector.preview(ctx) }
  }

  /** Every destination of that URI or id. */
  matching(uriOrId: string): Destination[] {
    return this.destinations.filter(({ uri, id }) => uri === uriOrId || id === uriOrId)
  }

  counts(): SetCounts {
    const health = { active: 0, trying: 0, inactive: 0, busy: 0 }
    const admin = { ready: 0, drain: 0, maintenance: 0, disabled: 0 }
    let usable = 0
    for (const destination of this.destinations) {
      health[destination.health.state]++
      admin[destination.state.admin]++
      if (destination.usable) usable++
    }
    return { total: this.destinations.length, usable, health, admin }
  }

  #selectorOf(given: AlgorithmLike): OverflowSelector {
    let selector = this.#others.get(given)
    if (selector === undefined) {
      const { algorithm } = resolveAlgorithm(given)
      selector = algorithm === this.algorithm ? this.#selector : this.#others.get(algorithm)
      if (selector === undefined) {
        selector = new OverflowSelector(() => algorithm.start(this.#setup))
        selector.load(this.destinations)
        selector.beginAt(this.#offset)
        this.#others.set(algorithm, selector)
      }
      this.#others.set(given, selector)
    }
    return selector
  }
}

/** Of a key that is a function, the same function. */
function sameOptions(one: SelectorOptions, other: SelectorOptions): boolean {
  return (
    one.key === other.key &&
    one.userOnly === other.userOnly &&
    one.boundedLoad === other.boundedLoad &&
    one.redistribute === other.redistribute
  )
}
