/** What the schema cannot see: keys that must fit each other, and the files they point to. */
import { Credentials } from '@sipwright/plugin-tls'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { isSipUri, parseUri, SipError } from '@sipwright/framework'
import {
  algorithmNames,
  type ListEntry,
  parseDispatcherList,
  resolveAlgorithm,
} from '@sipwright/plugin-dispatcher'
import { formatListen } from './address.js'
import { faultOfAdmin } from './admin-section.js'
import { checkAuth } from './auth-sections.js'
import { faultOfDialogSecret } from './dialog-secret.js'
import { type Fault, quote, reasonOf } from './fault.js'
import { type ConfigValues } from './schema.js'
import { callRecordsOptions } from './call-records-section.js'
import { secretOf } from './secret.js'
import { keysOf, shortestKey } from './topology-section.js'
import { formatPath, type KeyPath, type YamlFile } from './yaml-file.js'
import { tlsOptions } from './tls-section.js'

/** A configuration that fits together. */
export interface Config extends ConfigValues {
  /** Where relative paths start. */
  readonly directory: string
  /** All sets: those of the file, and those of the list it names. */
  readonly sets: readonly ResolvedSet[]
}

/** A set with every destination it has, wherever that was written. */
export interface ResolvedSet {
  readonly id: string
  readonly algorithm: string
  readonly destinations: readonly ResolvedDestination[]
}

export interface ResolvedDestination {
  readonly uri: string
  /** Its own, or `duid`, or the URI. */
  readonly id: string
  readonly priority: number
  readonly weight: number
}

/** Checks across keys, and the files they point to; every fault is found in one go. */
export function crossCheck(
  values: ConfigValues,
  file: YamlFile,
  directory: string,
): { readonly config: Config } | { readonly faults: readonly Fault[] } {
  const faults: Fault[] = []
  const refuse = (path: KeyPath, expected: string, found = quote(file.valueAt(path))): void => {
    faults.push({ place: file.place(path), key: formatPath(path), found, expected })
  }
  checkListeners(values, refuse)
  checkCertificates(values, directory, refuse)
  checkSets(values, refuse)
  const listed = readList(values, directory, refuse, faults)
  const sets = listed === undefined ? undefined : mergedSets(values, listed)
  checkSecrets(values, directory, refuse)
  checkHepPassword(values, directory, refuse)
  checkCallRecords(values, directory, refuse)
  checkTopologyKeys(values, directory, refuse)
  const secret = faultOfDialogSecret(values, directory)
  if (secret !== undefined) refuse(['secret'], secret.expected, secret.found)
  const admin = faultOfAdmin(values.admin, directory)
  if (admin !== undefined) refuse(admin.path, admin.expected, admin.found)
  checkAuth(values, directory, refuse, (fault) => faults.push(fault))
  // What databases, servers and DNS tell is known when they are asked: at the start.
  const known = !hasRemoteSource(values)
  if (sets !== undefined && known) checkRoutes(values, sets, file, refuse)
  return sets === undefined || faults.length > 0
    ? { faults }
    : { config: { ...values, directory, sets } }
}

type Refuse = (path: KeyPath, expected: string, found?: string) => void

function checkListeners({ listen, tls }: ConfigValues, refuse: Refuse): void {
  const seen = new Set<string>()
  for (const [index, { transport, address, port }] of listen.entries()) {
    const name = formatListen(transport, address, port)
    if ((transport === 'tls' || transport === 'wss') && tls === undefined) {
      refuse(['listen', index], 'the section tls, which says where the certificate is', quote(name))
    }
    if (port !== 0 && seen.has(name)) {
      refuse(['listen', index], 'each listener once', quote(name))
    }
    seen.add(name)
  }
}

function checkCertificates(values: ConfigValues, directory: string, refuse: Refuse): void {
  const options = tlsOptions(values, directory)
  if (options === undefined) return
  try {
    Credentials.check(options)
  } catch (error) {
    refuse(['tls'], 'certificates and keys that can be used', reasonOf(error))
  }
}

function checkSets({ dispatcher, listen }: ConfigValues, refuse: Refuse): void {
  const { sets, source } = dispatcher
  const isSecured = listen.some(({ transport }) => transport === 'tls')
  if (Object.keys(sets).length === 0 && source === undefined) {
    refuse(['dispatcher'], 'sets, or a source', 'no set')
  }
  for (const [id, { algorithm, destinations }] of Object.entries(sets)) {
    if (nameOfAlgorithm(algorithm) === undefined) {
      const expected = `one of ${algorithmNames.join(', ')}`
      refuse(['dispatcher', 'sets', id, 'algorithm'], expected)
    }
    for (const [index, { uri }] of destinations.entries()) {
      const fault = faultOfUri(uri, isSecured)
      const path = ['dispatcher', 'sets', id, 'destinations', index]
      if (fault !== undefined) refuse(path, fault, quote(uri))
    }
  }
}

function hasRemoteSource({ dispatcher: { source } }: ConfigValues): boolean {
  return source?.sql !== undefined || source?.http !== undefined || source?.dns !== undefined
}

function checkSecrets({ dispatcher }: ConfigValues, directory: string, refuse: Refuse): void {
  for (const kind of ['sql', 'http'] as const) {
    const url = dispatcher.source?.[kind]?.url
    if (url === undefined) continue
    try {
      secretOf(url, directory)
    } catch (error) {
      refuse(['dispatcher', 'source', kind, 'url'], 'a secret that can be read', reasonOf(error))
    }
  }
}

function checkHepPassword({ hep }: ConfigValues, directory: string, refuse: Refuse): void {
  if (hep?.password === undefined) return
  try {
    secretOf(hep.password, directory)
  } catch (error) {
    refuse(['hep', 'password'], 'a secret that can be read', reasonOf(error))
  }
}

function checkCallRecords({ callRecords }: ConfigValues, directory: string, refuse: Refuse): void {
  try {
    callRecordsOptions(callRecords, directory)
  } catch (error) {
    refuse(['callRecords', 'webhook'], 'secrets that can be read', reasonOf(error))
  }
}

function checkTopologyKeys(
  { topologyHiding }: ConfigValues,
  directory: string,
  refuse: Refuse,
): void {
  const path = ['topologyHiding', 'key']
  for (const key of keysOf(topologyHiding)) {
    try {
      const { length } = secretOf(key, directory)
      if (length >= shortestKey) continue
      refuse(path, `a secret of at least ${shortestKey} characters`, `one of ${length}`)
    } catch (error) {
      refuse(path, 'a secret that can be read', reasonOf(error))
    }
  }
}

function faultOfUri(text: string, isSecured: boolean): string | undefined {
  const expected = 'a SIP URI such as sip:10.0.1.10:5060;transport=tcp'
  try {
    const uri = parseUri(text)
    if (!isSipUri(uri) || uri.headers !== undefined) return expected
    const secured = uri.scheme === 'sips' || uri.params.get('transport')?.toLowerCase() === 'tls'
    return secured && !isSecured ? 'a tls: listener to reach it from' : undefined
  } catch (error) {
    if (error instanceof SipError) return expected
    throw error
  }
}

function checkRoutes(
  { route }: ConfigValues,
  sets: readonly ResolvedSet[],
  file: YamlFile,
  refuse: Refuse,
): void {
  const ids = sets.map(({ id }) => id)
  if (ids.length === 0) return
  const byDefault = file.valueAt(['route']) === undefined
  for (const [index, { set }] of route.entries()) {
    if (ids.includes(set)) continue
    if (byDefault) {
      refuse(['route'], `a rule: the default one names set 1, and there are ${ids.join(', ')}`)
    } else {
      refuse(['route', index, 'set'], `the id of a set: ${ids.join(', ')}`)
    }
  }
}

/** The entries of the list that the file names; undefined if it cannot be read. */
function readList(
  { dispatcher }: ConfigValues,
  directory: string,
  refuse: Refuse,
  faults: Fault[],
): readonly ListEntry[] | undefined {
  const { source } = dispatcher
  if (source?.file === undefined) return []
  const name = resolve(directory, source.file)
  let text: string
  try {
    text = readFileSync(name, 'utf8')
  } catch (error) {
    const found = `${quote(source.file)} (${reasonOf(error)})`
    refuse(['dispatcher', 'source', 'file'], 'a readable dispatcher.list', found)
    return undefined
  }
  const list = parseDispatcherList(text)
  if (source.strict || list.entries.length === 0) {
    for (const { line, found, expected } of list.faults) {
      faults.push({ place: { file: name, line }, key: '', found: quote(found), expected })
    }
  }
  return list.entries
}

/** The sets as the dispatcher will have them: an entry of the file stands before one of the list. */
function mergedSets({ dispatcher }: ConfigValues, listed: readonly ListEntry[]): ResolvedSet[] {
  const sets = new Map<string, { algorithm: string; destinations: ResolvedDestination[] }>()
  for (const [id, { algorithm, destinations }] of Object.entries(dispatcher.sets)) {
    const name = nameOfAlgorithm(algorithm) ?? String(algorithm)
    sets.set(id, { algorithm: name, destinations: destinations.map(resolvedDestination) })
  }
  for (const { setId, destination } of listed) {
    const set = sets.get(setId) ?? { algorithm: 'round-robin', destinations: [] }
    sets.set(setId, set)
    const resolved = resolvedDestination(destination)
    if (!set.destinations.some(({ id }) => id === resolved.id)) set.destinations.push(resolved)
  }
  return [...sets].map(([id, set]) => ({ id, ...set }))
}

function resolvedDestination({
  uri,
  id,
  priority = 0,
  weight,
  attrs = {},
}: DestinationParts): ResolvedDestination {
  const share = weight ?? Number(attrs['weight'] ?? 1)
  return { uri, id: id ?? attrs['duid'] ?? uri, priority, weight: share }
}

interface DestinationParts {
  readonly uri: string
  readonly id?: string | undefined
  readonly priority?: number | undefined
  readonly weight?: number | undefined
  readonly attrs?: Readonly<Record<string, string>> | undefined
}

/** The name behind a name or a number; undefined if there is no such algorithm. */
function nameOfAlgorithm(given: string | number): string | undefined {
  try {
    return resolveAlgorithm(given).algorithm.name
  } catch (error) {
    if (error instanceof SipError) return undefined
    throw error
  }
}
