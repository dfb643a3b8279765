/**
 * All that the sets are made of: the configuration and its sources, in one normal form. A source that cannot be read, or is
 * suddenly empty, keeps what it said last: a database that is away changes nothing for calls.
 */
import { type Clock, DnsClient, type Log, SipError } from '@sipwright/framework'
import { type DestinationConfig, type DispatcherConfig } from '../config.js'
import { destinationId } from '../destination.js'
import { type SelectorOptions } from '../select/algorithm.js'
import { type AlgorithmLike } from '../select/names.js'
import { type ListFault } from './dispatcher-list.js'
import { DnsSource } from './dns-source.js'
import { FileSource } from './file-source.js'
import { HttpSource } from './http-source.js'
import { type Revision, type Source, type SourceStatus } from './source.js'
import { SqlSource } from './sql-source.js'

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
  /** What sources said and nobody understood: left out. */
  readonly faults: readonly ListFault[]
}

/** What a dispatcher takes its sets from. */
export interface SetsSource {
  /** Reads everything anew; a rejection means that there is nothing to go by. */
  load(): Promise<LoadedSets>
  /** Begins to look for changes. */
  watch(changed: () => void): void
  close(): Promise<void>
  status(): readonly SourceStatus[]
}

export class Sources implements SetsSource {
  readonly #config: DispatcherConfig
  readonly #parts: readonly Part[]

  constructor(config: DispatcherConfig, lent: { readonly clock: Clock; readonly log: Log }) {
    this.#config = config
    const allowEmpty = config.source?.allowEmpty ?? false
    this.#parts = sourcesOf(config, lent.clock).map((source) => new Part(source, allowEmpty, lent))
  }

  /**
   * Rejects with SIPW_ERR_DISPATCHER_FILE, SIPW_ERR_DISPATCHER_SOURCE, SIPW_ERR_SQL_DRIVER or SIPW_ERR_DISPATCHER_LIST
   * when a source fails that has never said anything, or holds nothing but faults, or any with `strict`.
   */
  async load(): Promise<LoadedSets> {
    const revisions = await Promise.all(this.#parts.map((part) => part.load()))
    const sets = new Map<string, { -readonly [Key in keyof SetDefinition]: SetDefinition[Key] }>()
    for (const [id, set] of Object.entries(this.#config.sets)) {
      const { algorithm, key, userOnly, boundedLoad, redistribute, panicPercent, slowStartMs } = set
      const options = { ...(key !== undefined && { key }), userOnly, boundedLoad, redistribute }
      const { destinations } = set
      sets.set(id, { id, algorithm, options, panicPercent, slowStartMs, destinations })
    }
    for (const { entries } of revisions) {
      for (const { setId, destination } of entries) {
        const set = sets.get(setId) ?? { id: setId, algorithm: 'round-robin', destinations: [] }
        sets.set(setId, set)
        const id = destinationId(destination)
        // The configuration says more of a destination than a source can, and the first source more than the next.
        if (!set.destinations.some((other) => destinationId(other) === id)) {
          set.destinations = [...set.destinations, destination]
        }
      }
    }
    return { sets: [...sets.values()], faults: revisions.flatMap(({ faults }) => faults) }
  }

  watch(changed: () => void): void {
    for (const { source } of this.#parts) source.watch(changed)
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.map(({ source }) => source.close()))
  }

  status(): readonly SourceStatus[] {
    return this.#parts.map((part) => part.status())
  }
}

/** One source, and what it said last. */
class Part {
  readonly source: Source
  readonly #allowEmpty: boolean
  readonly #clock: Clock
  readonly #log: Log
  #last: Revision | undefined = undefined
  #reason: string | undefined = undefined
  #since: number

  constructor(
    source: Source,
    allowEmpty: boolean,
    lent: { readonly clock: Clock; readonly log: Log },
  ) {
    this.source = source
    this.#allowEmpty = allowEmpty
    this.#clock = lent.clock
    this.#log = lent.log
    this.#since = lent.clock.now()
  }

  async load(): Promise<Revision> {
    let revision: Revision
    try {
      revision = await this.source.load()
      const lost = revision.entries.length === 0 && (this.#last?.entries.length ?? 0) > 0
      if (lost && !this.#allowEmpty) {
        throw new SipError('SIPW_ERR_DISPATCHER_SOURCE', [this.source.name, 'it is suddenly empty'])
      }
    } catch (error) {
      // A file that is there and wrong was changed by somebody who wants to hear of it.
      const told = error instanceof SipError && error.code.startsWith('SIPW_ERR_DISPATCHER_SOURCE')
      if (this.#last === undefined || !told) throw error
      this.#is(error.message)
      return this.#last
    }
    this.#is(undefined)
    this.#last = revision
    return revision
  }

  status(): SourceStatus {
    return {
      name: this.source.name,
      state: this.#reason === undefined ? 'ok' : 'failing',
      since: this.#since,
      reason: this.#reason,
      entries: this.#last?.entries.length ?? 0,
    }
  }

  /** Said once for each change, not with each attempt. */
  #is(reason: string | undefined): void {
    if ((this.#reason === undefined) === (reason === undefined)) return
    this.#reason = reason
    this.#since = this.#clock.now()
    const { name } = this.source
    if (reason === undefined) this.#log.info({ source: name }, 'a source of destinations is back')
    else
      this.#log.error(
        { source: name, reason },
        'a source of destinations fails; the last list holds',
      )
  }
}

function sourcesOf({ source }: DispatcherConfig, clock: Clock): readonly Source[] {
  if (source === undefined) return []
  const { file, sql, http, dns, strict } = source
  return [
    ...(file === undefined ? [] : [new FileSource({ file, strict, clock })]),
    ...(sql === undefined ? [] : [new SqlSource({ ...sql, strict, clock })]),
    ...(http === undefined ? [] : [new HttpSource({ ...http, strict, clock })]),
    ...(dns === undefined
      ? []
      : [
          new DnsSource({
            names: dns.names,
            client: new DnsClient({ servers: dns.servers, timeoutMs: 5_000, clock }),
            clock,
          }),
        ]),
  ]
}
