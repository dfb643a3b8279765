/**
 * Sets as JSON from a web server: `{ "sets": { "1": ["sip:10.0.1.10", { "uri": "sip:10.0.1.11", "weight": 2 }] } }`, with
 * the keys of a destination as in the configuration. Asked at an interval, with the ETag of the last answer.
 */
import { type Clock, SipError } from '@sipwright/framework'
import { z } from 'zod'
import { anyDestination, type DestinationConfig } from '../config.js'
import { destinationId } from '../destination.js'
import { Changes } from './changes.js'
import { formatFault, type ListEntry, type ListFault } from './dispatcher-list.js'
import { type Revision, type Source } from './source.js'
import { withoutSecrets } from '@sipwright/sql'

export interface HttpSourceOptions {
  readonly url: string
  readonly pollMs: number
  readonly timeoutMs: number
  readonly strict: boolean
  readonly clock: Clock
}

/** A list of some ten thousand destinations. */
const largestBody = 8 * 1024 * 1024

const body = z.object({ sets: z.record(z.string().min(1), z.array(z.unknown())) })

export class HttpSource implements Source {
  readonly name: string
  readonly #options: HttpSourceOptions
  readonly #changes: Changes
  #etag: string | undefined = undefined
  #text = ''

  constructor(options: HttpSourceOptions) {
    this.name = withoutSecrets(options.url)
    this.#options = options
    this.#changes = new Changes(options.clock, options.pollMs, async () => ({
      signature: await this.#fetch(),
    }))
  }

  async load(): Promise<Revision> {
    const text = await this.#changes.read(() => this.#fetch())
    const revision = this.#parse(text)
    const { entries, faults } = revision
    if (faults.length > 0 && (this.#options.strict || entries.length === 0)) {
      throw new SipError('SIPW_ERR_DISPATCHER_LIST', [
        this.name,
        faults.map(formatFault).join('; '),
      ])
    }
    this.#changes.seen(text)
    return revision
  }

  watch(changed: () => void): void {
    this.#changes.begin(changed)
  }

  async close(): Promise<void> {
    this.#changes.end()
    await Promise.resolve()
  }

  async #fetch(): Promise<string> {
    const { url, timeoutMs } = this.#options
    try {
      const { origin, pathname, search, username, password } = new URL(url)
      const response = await fetch(`${origin}${pathname}${search}`, {
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          Accept: 'application/json',
          ...(this.#etag !== undefined && { 'If-None-Match': this.#etag }),
          ...(username !== '' && { Authorization: basic(username, password) }),
        },
      })
      if (response.status === 304) return this.#text
      if (!response.ok) throw new Error(`answered ${response.status}`)
      this.#text = await limited(response)
      this.#etag = response.headers.get('ETag') ?? undefined
      return this.#text
    } catch (cause) {
      throw new SipError('SIPW_ERR_DISPATCHER_SOURCE', [this.name, reasonOf(cause)], { cause })
    }
  }

  #parse(text: string): Revision {
    let sets: z.output<typeof body>['sets']
    try {
      sets = body.parse(JSON.parse(text)).sets
    } catch (cause) {
      const expected = 'expected { "sets": { "<id>": [destinations] } }'
      throw new SipError('SIPW_ERR_DISPATCHER_SOURCE', [this.name, expected], { cause })
    }
    const entries: ListEntry[] = []
    const faults: ListFault[] = []
    for (const [setId, destinations] of Object.entries(sets)) {
      const seen = new Set<string>()
      destinations.forEach((given, index) => {
        const parsed = destinationOf(given)
        const fault = 'uri' in parsed ? duplicate(parsed, seen) : parsed.expected
        if ('uri' in parsed && fault === undefined) {
          seen.add(destinationId(parsed))
          entries.push({ setId, destination: parsed })
        } else {
          const found = JSON.stringify(given).slice(0, 100)
          const line = index + 1
          faults.push({ unit: `set ${setId} entry`, line, found, expected: fault ?? '' })
        }
      })
    }
    return { entries, faults }
  }
}

function destinationOf(given: unknown): DestinationConfig | { readonly expected: string } {
  const parsed = anyDestination.safeParse(given)
  return parsed.success
    ? parsed.data
    : { expected: parsed.error.issues.map(({ message }) => message).join('; ') }
}

function duplicate(destination: DestinationConfig, seen: ReadonlySet<string>): string | undefined {
  return seen.has(destinationId(destination)) ? 'a destination once in its set' : undefined
}

function basic(username: string, password: string): string {
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return `Basic ${Buffer.from(plain).toString('base64')}`
}

async function limited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    const bytes = chunk as Uint8Array
    size += bytes.length
    if (size > largestBody) throw new Error(`its answer is larger than ${largestBody} bytes`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { readonly cause?: unknown; readonly message?: string }
  return cause === undefined || cause === null ? (message ?? String(error)) : reasonOf(cause)
}
