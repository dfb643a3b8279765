/**
 * What happens, told as it happens: server-sent events with a ring behind them, so that who was away for a moment misses
 * nothing (`Last-Event-ID`). Streams are bounded in number, and one that is not read is ended.
 */
import { PassThrough, type Readable } from 'node:stream'
import { type Clock, SipError } from '@sipwright/framework'
import { includes, type Scope } from './access/scope.js'

/** What one may subscribe to, and the scope that it takes. */
export const topics = {
  /** Destinations go up and down, sets change. */
  dispatcher: 'read',
  /** Figures, every second while somebody listens. */
  stats: 'read',
  /** Bans. */
  security: 'read',
  /** Calls in progress, every second while somebody listens. */
  calls: 'operate',
  /** What happens to traced calls, each at most once a second while somebody listens. */
  traces: 'operate',
  /** What operators change. */
  audit: 'operate',
  /** Lines of the log. */
  logs: 'operate',
} as const satisfies Record<string, Scope>

export type Topic = keyof typeof topics

/** Those that a scope may hear. */
export function topicsFor(scope: Scope): readonly Topic[] {
  const all = Object.entries(topics) as [Topic, Scope][]
  return all.filter(([, needed]) => includes(scope, needed)).map(([topic]) => topic)
}

/** Events that are kept for those who come back. */
const kept = 1_000
/** Of what was written and not read yet; whoever is further behind is too slow. */
const longestBacklog = 1_048_576
/** So that a connection that is gone is noticed. */
const heartbeatMs = 15_000
/** How soon a browser comes back. */
const retryMs = 2_000

interface Kept {
  readonly number: number
  readonly topic: Topic
  readonly text: string
}

interface Stream {
  readonly topics: ReadonlySet<Topic>
  readonly out: PassThrough
}

export class Events {
  readonly #clock: Clock
  readonly #limit: number
  /** Tells the ids of this process from those of another. */
  readonly #epoch: string
  readonly #ring: Kept[] = []
  readonly #streams = new Set<Stream>()
  readonly #tickers = new Map<Topic, () => unknown>()
  #last = 0
  #cancelHeartbeat: (() => void) | undefined = undefined
  #cancelTick: (() => void) | undefined = undefined

  constructor(clock: Clock, limit: number) {
    this.#clock = clock
    this.#limit = limit
    this.#epoch = Math.floor(clock.wall?.() ?? clock.now()).toString(36)
  }

  /** Streams that are open. */
  get size(): number {
    return this.#streams.size
  }

  isHeard(topic: Topic): boolean {
    for (const stream of this.#streams) if (stream.topics.has(topic)) return true
    return false
  }

  /** Tells everybody who listens, and whoever comes back later. */
  publish(topic: Topic, data: unknown): void {
    const number = ++this.#last
    const text = this.#format(topic, data, number)
    this.#ring.push({ number, topic, text })
    if (this.#ring.length > kept) this.#ring.shift()
    this.#send(topic, text)
  }

  /** Tells those who listen now a line of JSON; nothing of it is kept. */
  tell(topic: Topic, json: string): void {
    this.#send(topic, `event: ${topic}\ndata: ${json.trim().replaceAll('\n', ' ')}\n\n`)
  }

  /** Tells once a second, while somebody listens, what `figures` answers, if it is anything. Nothing of it is kept. */
  everySecond(topic: Topic, figures: () => unknown): void {
    this.#tickers.set(topic, figures)
  }

  /**
   * A stream of these topics, which begins with what came after `lastId`. Throws SIPW_ERR_ADMIN_BUSY when there are as many as
   * may be.
   */
  subscribe(wanted: readonly Topic[], lastId?: string): Readable {
    if (this.#streams.size >= this.#limit) {
      throw new SipError('SIPW_ERR_ADMIN_BUSY', ['streams of events'])
    }
    const stream: Stream = { topics: new Set(wanted), out: new PassThrough() }
    stream.out.write(`retry: ${retryMs}\n\n`)
    this.#replay(stream, lastId)
    this.#streams.add(stream)
    stream.out.once('close', () => this.#left(stream))
    if (this.#streams.size === 1) {
      this.#beat()
      this.#tick()
    }
    return stream.out
  }

  /** Every stream ends. */
  close(): void {
    for (const { out } of this.#streams) out.end()
    this.#streams.clear()
    this.#rest()
  }

  #replay({ topics: wanted, out }: Stream, lastId: string | undefined): void {
    const [epoch, number] = lastId?.split('.') ?? []
    if (epoch === undefined) return
    const seen = epoch === this.#epoch ? Number(number) : Number.NaN
    const first = this.#ring[0]?.number ?? this.#last + 1
    // Another process, or too long ago: what is missing cannot be told.
    if (!(seen >= first - 1)) {
      out.write('event: gap\ndata: {}\n\n')
      return
    }
    for (const { number, topic, text } of this.#ring) {
      if (number > seen && wanted.has(topic)) out.write(text)
    }
  }

  #send(topic: Topic, text: string): void {
    for (const stream of this.#streams) {
      if (!stream.topics.has(topic)) continue
      stream.out.write(text)
      if (stream.out.writableLength + stream.out.readableLength > longestBacklog)
        stream.out.destroy()
    }
  }

  #format(topic: Topic, data: unknown, number?: number): string {
    const id = number === undefined ? '' : `id: ${this.#epoch}.${number}\n`
    return `${id}event: ${topic}\ndata: ${JSON.stringify(data)}\n\n`
  }

  #left(stream: Stream): void {
    this.#streams.delete(stream)
    if (this.#streams.size === 0) this.#rest()
  }

  #rest(): void {
    this.#cancelHeartbeat?.()
    this.#cancelTick?.()
  }

  #beat(): void {
    this.#cancelHeartbeat = this.#clock.after(heartbeatMs, () => {
      for (const { out } of this.#streams) out.write(': \n\n')
      this.#beat()
    })
  }

  #tick(): void {
    this.#cancelTick = this.#clock.after(1_000, () => {
      const told = [...this.#tickers].map(async ([topic, figures]) => {
        if (!this.isHeard(topic)) return
        const data = await figures()
        if (data !== undefined) this.#send(topic, this.#format(topic, data))
      })
      // What fails is told by whoever fails; the next second is another chance.
      void Promise.allSettled(told).then(() => {
        if (this.#streams.size > 0) this.#tick()
      })
    })
  }
}
