/** One thing that is wrong with a configuration, and the line that tells an operator. */

/** Where a fault was found. */
export interface FaultPlace {
  /** The file as it was named, or `--set`. */
  readonly file: string
  /** From 1; undefined where the file as a whole is meant. */
  readonly line?: number
  readonly column?: number
}

export interface Fault {
  readonly place: FaultPlace
  /** The key as a dotted path; empty for the file as a whole. */
  readonly key: string
  /** What stands there, ready to print. */
  readonly found: string
  readonly expected: string
}

/** `lb.yaml:12:5 dispatcher.probe.interval: found "fast", expected a duration such as 500ms, 2s, 5m` */
export function formatFault({ place, key, found, expected }: Fault): string {
  const where = [place.file, place.line, place.column].filter((part) => part !== undefined)
  return `${where.join(':')}${key === '' ? '' : ` ${key}`}: found ${found}, expected ${expected}`
}

const longest = 60

/** Why something could not be done, in the system's words. */
export function reasonOf(error: unknown): string {
  const { message } = error as { readonly message?: unknown }
  return typeof message === 'string' ? message : String(error)
}

/** A value as a fault quotes it. */
export function quote(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object' && value !== null) return 'a map'
  const text = JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
