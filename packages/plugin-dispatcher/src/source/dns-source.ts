/**
 * Destinations from DNS: SRV records with their priority and weight (RFC 2782; the algorithm `srv` reads them so), or the
 * addresses of a name. Asked again when the shortest TTL ends; while DNS is silent the last good answer holds.
 */
import { type Clock, type DnsClient, SipError } from '@sipwright/framework'
import { type DestinationConfig } from '../config.js'
import { Changes } from './changes.js'
import { type ListEntry } from './dispatcher-list.js'
import { type Revision, type Source } from './source.js'

export interface DnsSourceOptions {
  /** By set, `_sip._udp.media.example.com` or `media.example.com`. */
  readonly names: Readonly<Record<string, string>>
  readonly client: Pick<DnsClient, 'query'>
  readonly clock: Clock
}

/** A TTL of zero would ask without end; a name that is to change should not be asked once a day. */
const shortestMs = 1_000
const longestMs = 300_000

interface Answer {
  readonly entries: readonly ListEntry[]
  readonly ttlMs: number
}

export class DnsSource implements Source {
  readonly name: string
  readonly #options: DnsSourceOptions
  readonly #changes: Changes
  /** What was asked for last, for the load that follows. */
  #asked: { readonly answer: Answer; readonly at: number } | undefined = undefined

  constructor(options: DnsSourceOptions) {
    this.name = `dns ${Object.values(options.names).join(', ')}`
    this.#options = options
    this.#changes = new Changes(options.clock, shortestMs, async () => {
      const answer = await this.#ask()
      return { signature: signatureOf(answer.entries), againMs: answer.ttlMs }
    })
  }

  async load(): Promise<Revision> {
    const { clock } = this.#options
    const asked = this.#asked
    const fresh = asked !== undefined && clock.now() - asked.at < shortestMs
    const { entries } = fresh ? asked.answer : await this.#changes.read(() => this.#ask())
    this.#changes.seen(signatureOf(entries))
    return { entries, faults: [] }
  }

  watch(changed: () => void): void {
    this.#changes.begin(changed)
  }

  async close(): Promise<void> {
    this.#changes.end()
    await Promise.resolve()
  }

  async #ask(): Promise<Answer> {
    const { clock, names } = this.#options
    try {
      const answers = await Promise.all(
        Object.entries(names).map(([setId, name]) => this.#askFor(setId, name)),
      )
      const answer = {
        entries: answers.flatMap(({ entries }) => entries),
        ttlMs: Math.min(
          longestMs,
          Math.max(shortestMs, ...[Math.min(...answers.map((each) => each.ttlMs))]),
        ),
      }
      this.#asked = { answer, at: clock.now() }
      return answer
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new SipError('SIPW_ERR_DISPATCHER_SOURCE', [this.name, reason], { cause })
    }
  }

  async #askFor(setId: string, name: string): Promise<Answer> {
    const { client } = this.#options
    const service = /^_(sips?)\._(udp|tcp|tls)\./i.exec(name)
    if (service === null) {
      const [a, aaaa] = await Promise.all([client.query('A', name), client.query('AAAA', name)])
      const entries = [
        ...a.records.map((address) => entryOf(setId, `sip:${address}`)),
        ...aaaa.records.map((address) => entryOf(setId, `sip:[${address}]`)),
      ]
      return { entries, ttlMs: Math.min(a.ttlMs, aaaa.ttlMs) }
    }
    const [, scheme = 'sip', transport = 'udp'] = service.map((part) => part.toLowerCase())
    const { records, ttlMs } = await client.query('SRV', name)
    // RFC 2782: a single "." says that there is no such service.
    const served = records.filter(({ target }) => target !== '' && target !== '.')
    const entries = served.map(({ target, port, priority, weight }) => {
      const uri =
        scheme === 'sips'
          ? `sips:${target}:${port}`
          : `sip:${target}:${port};transport=${transport}`
      return entryOf(setId, uri, { priority, weight })
    })
    return { entries, ttlMs }
  }
}

function entryOf(
  setId: string,
  uri: string,
  said: Partial<Pick<DestinationConfig, 'priority' | 'weight'>> = {},
): ListEntry {
  return { setId, destination: { uri, flags: 0, priority: 0, attrs: {}, probe: {}, ...said } }
}

/** Resolvers turn the order of records from answer to answer. */
function signatureOf(entries: readonly ListEntry[]): string {
  return JSON.stringify(entries.map((entry) => JSON.stringify(entry)).sort())
}
