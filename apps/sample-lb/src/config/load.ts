/** From a file to a configuration that can be started, or to every fault it has. */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { type Config, crossCheck } from './check.js'
import { type Fault, quote, reasonOf } from './fault.js'
import { configSchema } from './schema.js'
import { formatPath, type KeyPath, YamlFile } from './yaml-file.js'

export interface LoadedConfig {
  readonly kind: 'config'
  readonly config: Config
  readonly file: YamlFile
  /** What the file says. */
  readonly text: string
}

/** All faults, in the order of the file. */
export interface RefusedConfig {
  readonly kind: 'faults'
  readonly faults: readonly Fault[]
  /** What the file says; undefined if it cannot be read. */
  readonly text: string | undefined
}

/** A configuration, or why there is none. */
export type Loaded = LoadedConfig | RefusedConfig

/** Reads and checks the file at `path` and everything it points to. `overrides` are `key=value`. */
export function loadConfig(path: string, overrides: readonly string[] = []): Loaded {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const found = reasonOf(error)
    return {
      kind: 'faults',
      faults: [{ place: { file: path }, key: '', found, expected: 'a readable file' }],
      text: undefined,
    }
  }
  return parseConfig(path, text, overrides)
}

/** As `loadConfig`, for a text at hand; relative paths start from the folder of `name`. */
export function parseConfig(name: string, text: string, overrides: readonly string[] = []): Loaded {
  const file = new YamlFile(name, text, overrides)
  if (file.faults.length > 0) return { kind: 'faults', faults: file.faults, text }
  const parsed = configSchema.safeParse(file.values, { error: expectationOf })
  if (!parsed.success) {
    return { kind: 'faults', faults: inOrder(faultsOf(parsed.error.issues, [], file)), text }
  }
  const checked = crossCheck(parsed.data, file, dirname(resolve(name)))
  return 'faults' in checked
    ? { kind: 'faults', faults: inOrder(checked.faults), text }
    : { kind: 'config', config: checked.config, file, text }
}

type Issue = z.core.$ZodIssue

/** The sentence of an issue for which the schema brings no `error` of its own. */
function expectationOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return expectedTypes.get(issue.expected) ?? `a value of type ${issue.expected}`
    case 'invalid_value':
      return `one of ${issue.values.map(String).join(', ')}`
    case 'unrecognized_keys':
      return `one of ${knownKeys(issue.inst).join(', ')}`
    default:
      return 'another value'
  }
}

const expectedTypes = new Map<string, string>([
  ['object', 'a map of keys and values'],
  ['record', 'a map of keys and values'],
  ['array', 'a list'],
  ['string', 'a text'],
  ['number', 'a number'],
  ['boolean', 'true or false'],
])

function faultsOf(issues: readonly Issue[], base: KeyPath, file: YamlFile): Fault[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...(issue.path as KeyPath)]
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => unknownKey([...path, key], issue.message, file))
    }
    if (issue.code === 'invalid_union') {
      // Of the alternatives, the one whose kind of value stands there is the one that was meant.
      const meant = issue.errors.filter((errors) => !errors.some(isWrongKind))
      const [only, ...others] = meant
      if (only !== undefined && others.length === 0) return faultsOf(only, path, file)
    }
    return [fault(path, issue.message, file)]
  })
}

function isWrongKind(issue: Issue): boolean {
  return (
    issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value')
  )
}

function fault(path: KeyPath, expected: string, file: YamlFile): Fault {
  const found = quote(file.valueAt(path))
  return { place: file.place(path), key: formatPath(path), found, expected }
}

function unknownKey(path: KeyPath, expected: string, file: YamlFile): Fault {
  return { place: file.placeOfKey(path), key: formatPath(path), found: 'an unknown key', expected }
}

function knownKeys(schema: unknown): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

function inOrder(faults: readonly Fault[]): readonly Fault[] {
  const lineOf = (fault: Fault) => fault.place.line ?? 0
  const columnOf = (fault: Fault) => fault.place.column ?? 0
  return faults.toSorted((a, b) => lineOf(a) - lineOf(b) || columnOf(a) - columnOf(b))
}
