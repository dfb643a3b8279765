/** A YAML text with the place of every value, and the overrides of the command line on top. */
import { isMap, isScalar, isSeq, LineCounter, parse, parseDocument, type Node } from 'yaml'
import { type Fault, type FaultPlace, quote } from './fault.js'

/** A path of keys and list indexes into the values. */
export type KeyPath = readonly (string | number)[]

/** `dispatcher.sets.1.destinations.0.uri` */
export function formatPath(path: KeyPath): string {
  return path.map(String).join('.')
}

/** A parsed text. Its values are plain data; `place` finds where one stands. */
export class YamlFile {
  readonly values: unknown
  readonly faults: readonly Fault[]
  readonly #name: string
  readonly #root: Node | null
  readonly #lines = new LineCounter()
  /** Paths that `--set` gave. */
  readonly #overridden: KeyPath[] = []

  /** `overrides` are `key=value` with a dotted key; a value is read as YAML. */
  constructor(name: string, text: string, overrides: readonly string[] = []) {
    this.#name = name
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    this.#root = document.contents
    const faults: Fault[] = document.errors.map((error) => ({
      place: this.#placeOf(error.pos[0]),
      key: '',
      found: `what is no YAML (${error.message})`,
      expected: 'YAML',
    }))
    let values: unknown
    if (faults.length === 0) {
      values = document.toJS()
      for (const override of overrides) {
        const result = withOverride(values, override)
        if ('fault' in result) {
          faults.push(result.fault)
        } else {
          values = result.values
          this.#overridden.push(result.path)
        }
      }
    }
    this.values = values
    this.faults = faults
  }

  /** Where the value of `path` stands, or the nearest thing around it that is there. */
  place(path: KeyPath): FaultPlace {
    if (this.#isOverridden(path)) return { file: '--set' }
    let node: unknown = this.#root
    for (const key of path) {
      const child = childOf(node, key)
      if (child === undefined) break
      node = child
    }
    return this.#placeOf(startOf(node))
  }

  /** Where the key itself stands, for keys that should not be there. */
  placeOfKey(path: KeyPath): FaultPlace {
    if (this.#isOverridden(path)) return { file: '--set' }
    let node: unknown = this.#root
    for (const key of path.slice(0, -1)) node = childOf(node, key)
    const last = path.at(-1)
    const pair = isMap(node) ? node.items.find((item) => nameOf(item.key) === String(last)) : null
    return pair?.key === undefined ? this.place(path) : this.#placeOf(startOf(pair.key))
  }

  /** What stands at `path`. */
  valueAt(path: KeyPath): unknown {
    let value = this.values
    for (const key of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key))
        return undefined
      value = (value as Record<string | number, unknown>)[key]
    }
    return value
  }

  #isOverridden(path: KeyPath): boolean {
    return this.#overridden.some((override) =>
      override.every((key, index) => String(key) === String(path[index])),
    )
  }

  #placeOf(offset: number | undefined): FaultPlace {
    if (offset === undefined) return { file: this.#name }
    const { line, col } = this.#lines.linePos(offset)
    return line === 0 ? { file: this.#name } : { file: this.#name, line, column: col }
  }
}

function withOverride(
  values: unknown,
  override: string,
): { readonly values: unknown; readonly path: KeyPath } | { readonly fault: Fault } {
  const refused = (found: string, expected: string) => ({
    fault: { place: { file: '--set' }, key: '', found, expected },
  })
  const equals = override.indexOf('=')
  const path = override.slice(0, Math.max(equals, 0)).split('.')
  if (path.some((key) => key === '' || key === '__proto__')) {
    return refused(quote(override), 'key=value such as failover.maxAttempts=2')
  }
  let value: unknown
  try {
    value = parse(override.slice(equals + 1))
  } catch {
    return refused(quote(override), 'a value in YAML behind the equals sign')
  }
  const root = replaced(values, path, value)
  return root === undefined
    ? refused(quote(override), 'a list index, or a key of a map, at every step of the key')
    : { values: root, path }
}

/** A copy of `values` in which `path` holds `value`; undefined if the path leads through a plain value. */
function replaced(values: unknown, path: readonly string[], value: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (Array.isArray(values)) {
    const index = /^\d{1,6}$/.test(key) ? Number(key) : Infinity
    if (index > values.length) return undefined
    const child = replaced(values[index], rest, value)
    return child === undefined ? undefined : values.toSpliced(index, 1, child)
  }
  if (values !== undefined && values !== null && typeof values !== 'object') return undefined
  const map = (values ?? {}) as Record<string, unknown>
  const child = replaced(Object.hasOwn(map, key) ? map[key] : undefined, rest, value)
  return child === undefined ? undefined : { ...map, [key]: child }
}

function childOf(node: unknown, key: string | number): unknown {
  if (isSeq(node)) return node.items[Number(key)]
  if (!isMap(node)) return undefined
  return node.items.find((item) => nameOf(item.key) === String(key))?.value ?? undefined
}

function nameOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key)
}

function startOf(node: unknown): number | undefined {
  const range = (node as { range?: readonly number[] | null } | null)?.range
  return range?.[0]
}
