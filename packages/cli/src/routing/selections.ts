/** What a ds_select function says: sets, algorithms, limit. */
import { algorithmOf } from '../kamailio/algorithms.js'
import { type Expression } from '../kamailio/script.js'
import { isSet, setOf } from './conditions.js'
import { type Selection } from './step.js'

/** A selection, and what must be said of it. */
export interface ReadSelection {
  readonly selection: Selection
  /** Kamailio's numbers, in the order of the sets. */
  readonly numbers: readonly number[]
}

/** The functions that select. */
export function isSelect(name: string): boolean {
  return /^ds_select(?:_dst|_domain|_routes)?$/.test(name)
}

/** Undefined where an argument is known only when a call comes. */
export function selectionOf(
  name: string,
  args: readonly Expression[],
  live: boolean,
): ReadSelection | undefined {
  const texts = args.map((each) =>
    each.kind === 'string' || each.kind === 'number' ? each.text.trim() : undefined,
  )
  return name === 'ds_select_routes' ? ofRoutes(texts, live) : ofSet(name, texts, live)
}

function ofSet(name: string, [set, number, limit]: readonly (string | undefined)[], live: boolean) {
  if (!isSet(set) || number === undefined || !/^\d{1,3}$/.test(number)) return undefined
  const role = name === 'ds_select_domain' ? 'domain' : 'next-hop'
  return made([[set, Number(number)]], limit, role, live)
}

/** `"1=4;2=9"` */
function ofRoutes([rules, mode, limit]: readonly (string | undefined)[], live: boolean) {
  const pairs: [string, number][] = []
  for (const rule of (rules ?? '').split(';').filter((each) => each.trim() !== '')) {
    const [, set, number] = /^\s*(\d{1,9})\s*=\s*(\d{1,3})\s*$/.exec(rule) ?? []
    if (set === undefined) return undefined
    pairs.push([set, Number(number)])
  }
  if (pairs.length === 0) return undefined
  const role = mode?.toLowerCase().includes('r') === true ? 'domain' : 'next-hop'
  return made(pairs, limit, role, live)
}

function made(
  pairs: readonly (readonly [string, number])[],
  limit: string | undefined,
  role: Selection['role'],
  live: boolean,
): ReadSelection | undefined {
  if (limit !== undefined && !/^\d{1,6}$/.test(limit)) return undefined
  const sets = pairs.map(([set, number]) => ({
    set: setOf(set),
    // Kamailio takes the first destination by an algorithm that it does not know.
    algorithm: algorithmOf(number, live)?.name ?? 'priority',
  }))
  const most = limit === undefined || Number(limit) === 0 ? undefined : Number(limit)
  return { selection: { sets, limit: most, role }, numbers: pairs.map(([, number]) => number) }
}
