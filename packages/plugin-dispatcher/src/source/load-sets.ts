/** Where the sets come from: the configuration, and the file that it names. */
import { readFile } from 'node:fs/promises'
import { SipError } from '@sipwright/framework'
import { type DestinationConfig, type DispatcherConfig } from '../config.js'
import { destinationId } from '../destination.js'
import { formatFault, parseDispatcherList, type ListFault } from './dispatcher-list.js'
import { type SelectorOptions } from '../select/algorithm.js'
import { type AlgorithmLike } from '../select/names.js'

/** One set as it is written down. */
export interface SetDefinition {
  readonly id: string
  readonly algorithm: AlgorithmLike
  /** What the algorithm is told besides. */
  readonly options?: SelectorOptions
  /** Instead of that of all sets. */
  readonly panicPercent?: number | undefined
  /** Instead of that of all sets. */
  readonly slowStartMs?: number | undefined
  readonly destinations: readonly DestinationConfig[]
}

export interface LoadedSets {
  readonly sets: readonly SetDefinition[]
  /** Lines of the file that were left out. */
  readonly faults: readonly ListFault[]
}

/**
 * Reads everything anew. Throws SIPW_ERR_DISPATCHER_FILE if the file cannot be read; SIPW_ERR_DISPATCHER_LIST if it holds a
 * fault and `strict` is set, or nothing but faults.
 */
export async function loadSets({ sets, source }: DispatcherConfig): Promise<LoadedSets> {
  const loaded = new Map<
    string,
    Omit<SetDefinition, 'id'> & { destinations: DestinationConfig[] }
  >()
  for (const [id, set] of Object.entries(sets)) {
    const { algorithm, key, userOnly, boundedLoad, redistribute, panicPercent, slowStartMs } = set
    const options = { ...(key !== undefined && { key }), userOnly, boundedLoad, redistribute }
    const destinations = [...set.destinations]
    loaded.set(id, { algorithm, options, panicPercent, slowStartMs, destinations })
  }
  const faults: ListFault[] = []
  if (source !== undefined) {
    const list = parseDispatcherList(await readList(source.file))
    faults.push(...list.faults)
    if (faults.length > 0 && (source.strict || list.entries.length === 0)) {
      const refused = faults.map(formatFault).join('; ')
      throw new SipError('SIPW_ERR_DISPATCHER_LIST', [source.file, refused])
    }
    for (const { setId, destination } of list.entries) {
      let set = loaded.get(setId)
      if (set === undefined) {
        set = { algorithm: 'round-robin', destinations: [] }
        loaded.set(setId, set)
      }
      const id = destinationId(destination)
      // The configuration says more of a destination than a line can: its entry stands.
      if (!set.destinations.some((other) => destinationId(other) === id)) {
        set.destinations.push(destination)
      }
    }
  }
  return { sets: [...loaded].map(([id, set]) => ({ id, ...set })), faults }
}

async function readList(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SipError('SIPW_ERR_DISPATCHER_FILE', [file, reason], { cause })
  }
}
