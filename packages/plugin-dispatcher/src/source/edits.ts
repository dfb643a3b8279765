/**
 * What was said of destinations at run time: added, changed, taken out. It stands above every source, so it holds over
 * reloads, and ends with the process.
 */
import { SipError } from '@sipwright/framework'
import { anyDestination, type DestinationConfig, type DestinationInput } from '../config.js'
import { destinationId } from '../destination.js'
import { type SetDefinition } from './sources.js'

/** What a destination is to be instead; it keeps its name. */
export type DestinationChange = Partial<Omit<Exclude<DestinationInput, string>, 'id'>>

interface Named {
  readonly set: string
  readonly id: string
}

/** One thing that was said, of one destination. JSON carries it. */
export type Edit = Named &
  (
    | { readonly kind: 'added'; readonly destination: DestinationConfig }
    | { readonly kind: 'changed'; readonly change: Partial<DestinationConfig> }
    | { readonly kind: 'removed' }
    /** Whatever was said before is unsaid. */
    | { readonly kind: 'reverted' }
  )

/** All that holds now; each further edit makes another one. */
export class Edits {
  readonly #byName: ReadonlyMap<string, Edit>

  constructor(byName: ReadonlyMap<string, Edit> = new Map()) {
    this.#byName = byName
  }

  /** In the order in which they were first said. */
  list(): readonly Edit[] {
    return [...this.#byName.values()]
  }

  /** With these, too: what they say of a destination adds to what is changed, and takes the place of anything else. */
  with(edits: readonly Edit[]): Edits {
    const byName = new Map(this.#byName)
    for (const edit of edits) {
      const name = JSON.stringify([edit.set, edit.id])
      if (edit.kind === 'reverted') byName.delete(name)
      else byName.set(name, merged(byName.get(name), edit))
    }
    return new Edits(byName)
  }

  /** What the sources say, as it is to be. A set that is named here alone has the algorithm `round-robin`. */
  appliedTo(sets: readonly SetDefinition[]): readonly SetDefinition[] {
    const edited = new Map(sets.map((set) => [set.id, set]))
    for (const edit of this.#byName.values()) {
      const set = edited.get(edit.set)
      if (set !== undefined) {
        edited.set(edit.set, { ...set, destinations: applied(set.destinations, edit) })
      } else if (edit.kind === 'added') {
        const destinations = [edit.destination]
        edited.set(edit.set, { id: edit.set, algorithm: 'round-robin', destinations })
      }
    }
    return [...edited.values()]
  }
}

/** Throws SIPW_ERR_DESTINATION_INVALID, SIPW_ERR_DESTINATION_EXISTS when the set has one of that name. */
export function adding(
  sets: readonly SetDefinition[],
  set: string,
  given: DestinationInput,
): readonly Edit[] {
  const destination = checked(set, given)
  const id = destinationId(destination)
  const known = sets.find((each) => each.id === set)?.destinations ?? []
  if (known.some((each) => destinationId(each) === id)) {
    throw new SipError('SIPW_ERR_DESTINATION_EXISTS', [set, id])
  }
  return [{ kind: 'added', set, id, destination }]
}

/** Of every destination of that URI or name. Throws SIPW_ERR_DESTINATION_INVALID, and as `removing`. */
export function changing(
  sets: readonly SetDefinition[],
  set: string,
  uriOrId: string,
  change: DestinationChange,
): readonly Edit[] {
  const keys = Object.keys(change) as (keyof DestinationChange)[]
  return matching(sets, set, uriOrId).map((destination): Edit => {
    const id = destinationId(destination)
    if ('id' in change) throw invalid(set, id, 'id: a destination keeps its name')
    const whole = checked(set, { ...destination, ...change, id })
    return {
      kind: 'changed',
      set,
      id,
      change: Object.fromEntries(keys.map((key) => [key, whole[key]])),
    }
  })
}

/**
 * Of every destination of that URI or name; `sourced` is what the sources say alone. Throws SIPW_ERR_SET_UNKNOWN,
 * SIPW_ERR_DESTINATION_UNKNOWN.
 */
export function removing(
  sets: readonly SetDefinition[],
  set: string,
  uriOrId: string,
  sourced: readonly SetDefinition[],
): readonly Edit[] {
  const known = sourced.find((each) => each.id === set)?.destinations.map(destinationId) ?? []
  return matching(sets, set, uriOrId).map((destination): Edit => {
    const id = destinationId(destination)
    return { kind: known.includes(id) ? 'removed' : 'reverted', set, id }
  })
}

function matching(
  sets: readonly SetDefinition[],
  set: string,
  uriOrId: string,
): readonly DestinationConfig[] {
  const destinations = sets.find((each) => each.id === set)?.destinations
  if (destinations === undefined) throw new SipError('SIPW_ERR_SET_UNKNOWN', [set])
  const found = destinations.filter(
    (each) => each.uri === uriOrId || destinationId(each) === uriOrId,
  )
  if (found.length === 0) throw new SipError('SIPW_ERR_DESTINATION_UNKNOWN', [set, uriOrId])
  return found
}

function checked(set: string, given: DestinationInput): DestinationConfig {
  const name = typeof given === 'string' ? given : (given.id ?? given.uri)
  const parsed = anyDestination.safeParse(given)
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => [...path, message].join(': '))
    throw invalid(set, name, faults.join('; '))
  }
  const { probe } = parsed.data
  if (probe.own !== undefined && probe.own.length > 0) {
    throw invalid(
      set,
      name,
      'probe: own: a probe of your own is code: it belongs to the configuration',
    )
  }
  return parsed.data
}

function invalid(set: string, id: string, fault: string): SipError {
  return new SipError('SIPW_ERR_DESTINATION_INVALID', [id, set, fault])
}

function merged(before: Edit | undefined, edit: Edit): Edit {
  if (edit.kind !== 'changed') return edit
  if (before?.kind === 'added') {
    return { ...before, destination: { ...before.destination, ...edit.change } }
  }
  return before?.kind === 'changed'
    ? { ...edit, change: { ...before.change, ...edit.change } }
    : edit
}

function applied(
  destinations: readonly DestinationConfig[],
  edit: Edit,
): readonly DestinationConfig[] {
  const isIt = (each: DestinationConfig): boolean => destinationId(each) === edit.id
  switch (edit.kind) {
    case 'added':
      return [...destinations.filter((each) => !isIt(each)), edit.destination]
    case 'changed':
      return destinations.map((each) =>
        isIt(each) ? { ...each, ...edit.change, id: edit.id } : each,
      )
    case 'removed':
      return destinations.filter((each) => !isIt(each))
    case 'reverted':
      return destinations
  }
}
