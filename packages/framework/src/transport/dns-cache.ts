/**
 * What DNS said, for as long as it holds. A name in use is asked for again shortly before its answer ends, so that
 * no call waits for DNS; and when DNS is down the last good answer holds on. RFC 2308, RFC 8767
 */
import { type Clock } from '../environment.js'
import { SipError } from '../errors.js'
import { type DnsClient, type RecordData, type RecordType } from './dns-client.js'

/** A question's state in the cache. */
export interface Known<Type extends RecordType = RecordType> {
  readonly records: readonly RecordData[Type][]
  /** Why nothing is known; undefined when DNS answered. */
  readonly failure: string | undefined
}

interface Entry extends Known {
  readonly askedAt: number
  /** Used until then without asking. */
  freshUntil: number
  /** Asked for again in the background from then on, when used. */
  refreshAt: number
  /** Used until then when asking fails. */
  readonly staleUntil: number
}

/** A TTL of zero would ask for each call; a day is more than anybody plans ahead. */
const minTtlMs = 1_000
const maxTtlMs = 86_400_000

/** Nothing is believed to be missing for longer: somebody may be waiting for the name to appear. */
const maxNegativeTtlMs = 60_000

/** A server that failed is left alone for so long, RFC 9520 §3.2. */
const failureMs = 5_000

/** The last good answer of a server that fails. RFC 8767 §4 suggests one to three days. */
const staleMs = 86_400_000

/** When nine tenths of a TTL have passed, the next use asks again. */
const refreshShare = 0.9

/** Questions under way at once: names of strangers must not make more sockets than this. */
const maxPending = 256

export class DnsCache {
  readonly #client: DnsClient
  readonly #clock: Clock
  readonly #maxEntries: number
  /** By type and name; the one written longest ago comes first. */
  readonly #entries = new Map<string, Entry>()
  readonly #pending = new Map<string, Promise<void>>()

  constructor(client: DnsClient, maxEntries: number, clock: Clock) {
    this.#client = client
    this.#clock = clock
    this.#maxEntries = maxEntries
  }

  get size(): number {
    return this.#entries.size
  }

  /**
   * What is known: undefined when it has to be asked for (`ask`). An answer that came after `since` counts
   * whatever its TTL, so that a resolution of several steps comes to its end; with `since` -Infinity so does the
   * last good one, for when there is no time left to ask.
   */
  known<Type extends RecordType>(type: Type, name: string, since: number): Known<Type> | undefined {
    const key = keyOf(type, name)
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    const now = this.#clock.now()
    if (now >= entry.staleUntil) return undefined
    if (now >= entry.freshUntil && entry.askedAt < since) return undefined
    if (now >= entry.refreshAt) void this.ask(type, name)
    // What stands under this key was stored by a question of this type.
    return entry as unknown as Known<Type>
  }

  /** Asks, unless somebody has: settles when `known` has something to say, and never rejects. */
  ask(type: RecordType, name: string): Promise<void> {
    const key = keyOf(type, name)
    const pending = this.#pending.get(key)
    if (pending !== undefined) return pending
    if (this.#pending.size >= maxPending) {
      this.#failed(key, 'too many questions')
      return Promise.resolve()
    }
    const asked = this.#fetch(key, type, name).finally(() => this.#pending.delete(key))
    this.#pending.set(key, asked)
    return asked
  }

  async #fetch(key: string, type: RecordType, name: string): Promise<void> {
    try {
      const { records, ttlMs } = await this.#client.query(type, name)
      const now = this.#clock.now()
      const most = records.length > 0 ? maxTtlMs : maxNegativeTtlMs
      const holdsMs = Math.min(most, Math.max(minTtlMs, ttlMs))
      this.#keep(key, {
        records,
        failure: undefined,
        askedAt: now,
        freshUntil: now + holdsMs,
        refreshAt: now + holdsMs * refreshShare,
        staleUntil: now + holdsMs + staleMs,
      })
    } catch (cause) {
      this.#failed(key, cause instanceof SipError ? cause.message : String(cause))
    }
  }

  #failed(key: string, failure: string): void {
    const now = this.#clock.now()
    const last = this.#entries.get(key)
    if (last?.failure === undefined && last !== undefined && now < last.staleUntil) {
      last.freshUntil = Math.max(last.freshUntil, now + failureMs)
      last.refreshAt = now + failureMs
      return
    }
    const freshUntil = now + failureMs
    this.#keep(key, {
      records: [],
      failure,
      askedAt: now,
      freshUntil,
      refreshAt: freshUntil,
      staleUntil: freshUntil,
    })
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.delete(key)
    if (this.#entries.size >= this.#maxEntries) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest)
        break
      }
    }
    this.#entries.set(key, entry)
  }
}

function keyOf(type: RecordType, name: string): string {
  return `${type} ${name}`
}
