/** In what two revisions of the sets differ: what a reload has done, or would do. */
import { isDeepStrictEqual } from 'node:util'
import { type DestinationConfig } from '../config.js'
import { destinationId } from '../destination.js'
import { resolveAlgorithm } from '../select/names.js'
import { type ListFault } from './dispatcher-list.js'
import { type SetDefinition } from './sources.js'

/** One key that says something else than before; undefined: it was, or is, not given. */
export interface Change {
  readonly key: string
  readonly from: unknown
  readonly to: unknown
}

export interface DestinationName {
  readonly id: string
  readonly uri: string
}

export interface SetDifference {
  readonly set: string
  readonly kind: 'added' | 'removed' | 'changed'
  /** Of the set itself: its algorithm, and the order of those that stay. */
  readonly changes: readonly Change[]
  readonly added: readonly DestinationName[]
  readonly removed: readonly DestinationName[]
  readonly changed: readonly (DestinationName & { readonly changes: readonly Change[] })[]
}

export interface SetsDifference {
  /** Those that differ; none: nothing is new. */
  readonly sets: readonly SetDifference[]
  /** What sources said and nobody understood: left out. */
  readonly faults: readonly ListFault[]
}

/** The sets that differ, in their new order, and those that are gone. */
export function difference(
  before: readonly SetDefinition[],
  now: readonly SetDefinition[],
): readonly SetDifference[] {
  const known = new Map(before.map((set) => [set.id, set]))
  const there = new Set(now.map(({ id }) => id))
  const gone = before.filter(({ id }) => !there.has(id))
  return [
    ...now.flatMap((set) => differing(known.get(set.id), set)),
    ...gone.map((set) => ({
      ...between(set, { ...set, destinations: [] }),
      kind: 'removed' as const,
    })),
  ]
}

/** One line for each thing that differs: `set 1: + sip:10.0.1.12`, `set 1: fs2: weight 1 → 50`. */
export function formatDifference({ sets }: Pick<SetsDifference, 'sets'>): readonly string[] {
  return sets.flatMap(({ set, kind, changes, added, removed, changed }) => [
    ...(kind === 'changed' ? [] : [`set ${set}: ${kind}`]),
    ...changes.map((each) => `set ${set}: ${formatChange(each)}`),
    ...added.map((each) => `set ${set}: + ${formatName(each)}`),
    ...removed.map((each) => `set ${set}: - ${formatName(each)}`),
    ...changed.flatMap((each) =>
      each.changes.map((change) => `set ${set}: ${formatName(each)}: ${formatChange(change)}`),
    ),
  ])
}

function differing(
  before: SetDefinition | undefined,
  now: SetDefinition,
): readonly SetDifference[] {
  if (before === undefined) {
    return [{ ...between({ ...now, destinations: [] }, now), kind: 'added' }]
  }
  const found = between(before, now)
  const { changes, added, removed, changed } = found
  const same = changes.length + added.length + removed.length + changed.length === 0
  return same ? [] : [found]
}

function between(before: SetDefinition, now: SetDefinition): SetDifference {
  const old = byId(before.destinations)
  const fresh = byId(now.destinations)
  const added = [...fresh].filter(([id]) => !old.has(id))
  const removed = [...old].filter(([id]) => !fresh.has(id))
  const stays = [...old.keys()].filter((id) => fresh.has(id))
  const order = [...fresh.keys()].filter((id) => old.has(id))
  return {
    set: now.id,
    kind: 'changed',
    changes: [
      ...changesBetween(settings(before), settings(now)),
      ...(isDeepStrictEqual(stays, order) ? [] : [{ key: 'order', from: stays, to: order }]),
    ],
    added: added.map(([id, { uri }]) => ({ id, uri })),
    removed: removed.map(([id, { uri }]) => ({ id, uri })),
    changed: order.flatMap((id) => {
      const destination = fresh.get(id)!
      const changes = changesBetween(old.get(id)!, destination)
      return changes.length === 0 ? [] : [{ id, uri: destination.uri, changes }]
    }),
  }
}

function byId(destinations: readonly DestinationConfig[]): ReadonlyMap<string, DestinationConfig> {
  return new Map(destinations.map((each) => [destinationId(each), each]))
}

/** All that a set says besides its destinations. */
function settings({ algorithm, options, panicPercent, slowStartMs }: SetDefinition): object {
  const { name } = resolveAlgorithm(algorithm).algorithm
  return { algorithm: name, ...options, panicPercent, slowStartMs }
}

function changesBetween(before: object, now: object): readonly Change[] {
  const old = new Map<string, unknown>(Object.entries(before))
  const fresh = new Map<string, unknown>(Object.entries(now))
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((key) => !isDeepStrictEqual(old.get(key), fresh.get(key)))
    .map((key) => ({ key, from: old.get(key), to: fresh.get(key) }))
}

function formatName({ id, uri }: DestinationName): string {
  return id === uri ? uri : `${id} (${uri})`
}

function formatChange({ key, from, to }: Change): string {
  return `${key} ${formatValue(from)} → ${formatValue(to)}`
}

function formatValue(value: unknown): string {
  if (value === undefined) return 'default'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
