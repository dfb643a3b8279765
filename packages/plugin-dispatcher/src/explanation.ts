/** What a selection would do with a request, and why: the answer to "why did this call go there?". It moves nothing. */
import { type Destination } from './destination.js'
import { type DestinationSet } from './destination-set.js'
import { exclusionOf, formatExclusion, type Exclusion } from './exclusion.js'
import { type Preview, type Ranked } from './select/algorithm.js'

/** A destination as the algorithm of its set sees it for this request. Plain data. */
export interface Candidate {
  readonly set: string
  readonly id: string
  readonly uri: string
  /** What its place goes by; undefined where no algorithm placed it. */
  readonly score: number | undefined
  /** It has challenged this caller, and goes before all others. */
  readonly challenged: boolean
}

export interface Excluded extends Candidate {
  readonly exclusion: Exclusion
}

/** How one set orders its destinations. */
export interface SetExplanation {
  readonly set: string
  readonly algorithm: string
  /** What the scores are, and which goes first. */
  readonly score: string
  /**
   * `exact`: the next request like this one goes that way. `drawn`: a draw decides among them. `unknown`: the algorithm
   * cannot say.
   */
  readonly certainty: 'exact' | 'drawn' | 'unknown'
  /** Its destinations are tried all at once. */
  readonly atOnce: boolean
}

export interface Explanation {
  readonly sets: readonly SetExplanation[]
  /** Those that would be tried, in that order. */
  readonly candidates: readonly Candidate[]
  /** Those that would not, and why. */
  readonly excluded: readonly Excluded[]
}

/** One set of the selection that is explained. */
export interface ExplainedStep {
  readonly set: DestinationSet
  readonly algorithm: string
  /** Undefined where the algorithm cannot say. */
  readonly preview: Preview | undefined
  readonly limit: number
}

/** A selection as it is explained. */
export interface ExplainedSelection {
  readonly steps: readonly ExplainedStep[]
  /** Of all sets together. */
  readonly limit: number
  /** A URI is tried once. */
  readonly once: boolean
  /** It is an INVITE: caps hold. */
  readonly isCall: boolean
  /** Goes first, whatever the algorithms say. */
  readonly challenger: Destination | undefined
}

export function explain(selection: ExplainedSelection): Explanation {
  const { steps, challenger } = selection
  const account = new Account(selection)
  if (challenger !== undefined) account.challenger(challenger)
  for (const step of steps) account.step(step)
  return {
    sets: steps.map(({ set, algorithm, preview }) => ({
      set: set.id,
      algorithm,
      score: preview?.score ?? '',
      certainty: preview === undefined ? 'unknown' : preview.drawn === true ? 'drawn' : 'exact',
      atOnce: preview?.atOnce ?? false,
    })),
    candidates: account.candidates,
    excluded: account.excluded,
  }
}

/** One line per destination: those that would be tried with their place, then those that would not. */
export function formatExplanation({ sets, candidates, excluded }: Explanation): string {
  const algorithms = sets.map(
    ({ set, algorithm, score, certainty }) =>
      `set ${set}: ${algorithm}${score === '' ? '' : ` (${score})`}${certainty === 'exact' ? '' : `, ${certainty}`}`,
  )
  const inOrder = candidates.map(
    (each, place) =>
      `${place + 1}. ${named(each)}${each.challenged ? ', has challenged this caller' : ''}`,
  )
  const out = excluded.map((each) => `–  ${named(each)}: ${formatExclusion(each.exclusion)}`)
  return [...algorithms, ...inOrder, ...out].join('\n')
}

function named({ set, id, uri, score }: Candidate): string {
  const name = id === uri ? id : `${id} ${uri}`
  return `${set} ${name}${score === undefined ? '' : ` (${score})`}`
}

/** Who is in and who is out, as a walk would come by them. */
class Account {
  readonly candidates: Candidate[] = []
  readonly excluded: Excluded[] = []
  readonly #limit: number
  readonly #once: boolean
  readonly #isCall: boolean
  #challenger: Destination | undefined = undefined
  /** By URI, the set that it was seen in first. */
  readonly #tried = new Map<string, string>()

  constructor({ limit, once, isCall }: ExplainedSelection) {
    this.#limit = limit
    this.#once = once
    this.#isCall = isCall
  }

  challenger(destination: Destination): void {
    this.#challenger = destination
    const exclusion = exclusionOf(destination, this.#isCall) ?? this.#beyond(0, Infinity)
    this.#add({ destination }, exclusion)
  }

  step({ set, preview, limit }: ExplainedStep): void {
    const order = preview?.order ?? set.destinations.map((destination) => ({ destination }))
    let tried = 0
    for (const ranked of order) {
      const { destination } = ranked
      if (destination === this.#challenger) continue
      const exclusion = this.#exclusion(ranked, tried, limit)
      if (exclusion === undefined) tried++
      this.#add(ranked, exclusion)
    }
    const offered = new Set(order.map(({ destination }) => destination))
    for (const destination of set.destinations) {
      if (offered.has(destination) || destination === this.#challenger) continue
      const passedOver: Exclusion = { kind: 'algorithm', reason: 'passed over by the algorithm' }
      this.#add({ destination }, exclusionOf(destination, this.#isCall) ?? passedOver)
    }
  }

  #exclusion(ranked: Placed, tried: number, limit: number): Exclusion | undefined {
    const { destination, out } = ranked
    const own = exclusionOf(destination, this.#isCall)
    if (own !== undefined) return own
    if (out !== undefined) return { kind: 'algorithm', reason: out }
    const before = this.#once ? this.#tried.get(destination.uri) : undefined
    if (before !== undefined) return { kind: 'duplicate', set: before }
    return this.#beyond(tried, limit)
  }

  #beyond(tried: number, limit: number): Exclusion | undefined {
    if (tried >= limit) return { kind: 'limit', limit }
    return this.candidates.length >= this.#limit ? { kind: 'limit', limit: this.#limit } : undefined
  }

  #add({ destination, score }: Placed, exclusion: Exclusion | undefined): void {
    const candidate: Candidate = {
      set: destination.setId,
      id: destination.id,
      uri: destination.uri,
      score,
      challenged: destination === this.#challenger,
    }
    if (exclusion === undefined) {
      this.#tried.set(destination.uri, destination.setId)
      this.candidates.push(candidate)
    } else this.excluded.push({ ...candidate, exclusion })
  }
}

type Placed = Pick<Ranked, 'destination' | 'out'> & Partial<Pick<Ranked, 'score'>>
