/** Kamailio's numbers of algorithms, as names. dispatcher.md §1.1 */

export interface NamedAlgorithm {
  readonly name: string
  /** Our key where Kamailio's hash would place calls elsewhere. */
  readonly hash: boolean
}

/**
 * The name of what Kamailio's number means; undefined: Kamailio itself has no such one, and takes the first. `live`: the
 * destinations stay in a database, so that shares by `rweight` cannot be written otherwise.
 */
export function algorithmOf(number: number, live = false): NamedAlgorithm | undefined {
  const name = live && number === 11 ? 'kamailio:11' : names.get(number)
  return name === undefined ? undefined : { name, hash: name.startsWith('hash-') }
}

/** A variable of Kamailio as the key of a hash: `$fU` is `from.user`. Undefined where there is none. */
export function keyOfVariable(variable: string): string | undefined {
  const text = variable.trim()
  const header = /^\$(?:hdr|h)\(([\w!%*+.`'~-]+)\)$/.exec(text)?.[1]
  return header === undefined ? keys.get(text) : `header:${header}`
}

const names: ReadonlyMap<number, string> = new Map([
  [0, 'hash-call-id'],
  [1, 'hash-from'],
  [2, 'hash-to'],
  [3, 'hash-ruri'],
  [4, 'round-robin'],
  [5, 'hash-auth-user'],
  [6, 'random'],
  [7, 'hash-expression'],
  [8, 'priority'],
  [9, 'weight'],
  [10, 'call-load'],
  [11, 'relative-weight'],
  [12, 'parallel'],
  [13, 'latency'],
  [14, 'round-robin-or-priority'],
  [15, 'srv'],
  [64, 'round-robin-overload'],
])

const keys: ReadonlyMap<string, string> = new Map([
  ['$ci', 'call-id'],
  ['$fu', 'from'],
  ['$fU', 'from.user'],
  ['$tu', 'to'],
  ['$tU', 'to.user'],
  ['$ru', 'ruri'],
  ['$rU', 'ruri.user'],
  ['$au', 'auth.user'],
  ['$si', 'source.address'],
  ['$rm', 'method'],
  ['$ua', 'header:User-Agent'],
  ['$ct', 'header:Contact'],
])
