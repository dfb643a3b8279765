/**
 * The calls in progress with their parties, for people to look at: a copy of a few texts for each call, and no more calls than
 * the bound says. What the dispatcher counts is another table: this one decides nothing.
 */
import {
  contextKey,
  type BranchContext,
  type DoneContext,
  type Host,
  type ReplyContext,
  type RequestContext,
  type SipRequest,
} from '@sipwright/framework'
import { Destination } from '@sipwright/plugin-dispatcher'
import { type Times } from './times.js'

/** JSON carries it. */
export interface ShownCall {
  readonly id: string
  readonly callId: string
  readonly from: string
  readonly to: string
  /** The Request-URI. */
  readonly uri: string
  /** The caller's address. */
  readonly source: string
  readonly state: 'calling' | 'ringing' | 'up'
  readonly set: string | null
  readonly destination: string | null
  readonly attempts: number
  readonly startedAt: string
  readonly answeredAt: string | null
}

export interface CallFilter {
  readonly state?: ShownCall['state'] | undefined
  readonly set?: string | undefined
  readonly destination?: string | undefined
  /** Part of it. */
  readonly from?: string | undefined
  /** Part of it. */
  readonly to?: string | undefined
  /** Begun before: a date. */
  readonly before?: string | undefined
  readonly limit: number
}

/** What becomes of a call that is to end. */
export type Ending = 'ended' | 'up' | 'unknown'

/** A call whose BYE never comes by is forgotten after so long. */
const longestMs = 12 * 3_600_000

/** Longer texts of strangers are cut. */
const longest = 256

const incoming = contextKey<RequestContext>('admin.incoming')

interface Entry {
  readonly number: number
  readonly key: string
  readonly callId: string
  readonly from: string
  readonly to: string
  readonly uri: string
  readonly source: string
  readonly startedAt: number
  state: ShownCall['state']
  set: string | null
  destination: string | null
  attempts: number
  answeredAt: number | undefined
  /** Until it has its final answer. */
  request: RequestContext | undefined
}

export class CallTable {
  readonly #limit: number
  readonly #worker: number
  readonly #times: Times
  readonly #calls = new Map<string, Entry>()
  #last = 0

  constructor(limit: number, worker: number, times: Times) {
    this.#limit = limit
    this.#worker = worker
    this.#times = times
  }

  get size(): number {
    return this.#calls.size
  }

  /** Follows calls from now on. */
  watch(host: Host): void {
    if (this.#limit === 0) return
    host.onRequest((ctx) => {
      if (isNewCall(ctx.request)) ctx.set(incoming, ctx)
      return undefined
    })
    host.onForward((ctx) => this.#forwarded(ctx))
    host.onReply((ctx) => this.#replied(ctx))
    host.onDone((ctx) => this.#done(ctx))
  }

  /** Newest first. */
  list(filter: CallFilter): { readonly total: number; readonly calls: readonly ShownCall[] } {
    this.#forgetOld()
    const before = filter.before === undefined ? Infinity : Date.parse(filter.before)
    const calls: ShownCall[] = []
    let total = 0
    for (const entry of [...this.#calls.values()].reverse()) {
      if (!matches(entry, filter)) continue
      total++
      if (calls.length >= filter.limit) continue
      const shown = this.#shown(entry)
      if (Date.parse(shown.startedAt) < before) calls.push(shown)
    }
    return { total, calls }
  }

  find(id: string): ShownCall | undefined {
    const entry = this.#find(id)
    return entry && this.#shown(entry)
  }

  /** Ends a call that has no final answer; one that is up is its parties' to end. RFC 3261 §16 */
  end(id: string): Ending {
    const entry = this.#find(id)
    if (entry === undefined) return 'unknown'
    return entry.request?.hangUp() === true ? 'ended' : 'up'
  }

  #forwarded(ctx: BranchContext): void {
    const { branch, incoming: request, now, source } = ctx
    if (branch === undefined || !isNewCall(request)) return
    const key = keyOf(request.callId, request.fromTag)
    if (key === undefined) return
    const destination = branch.target.origin
    const chosen = destination instanceof Destination ? destination : undefined
    const known = this.#calls.get(key)
    if (known !== undefined && known.request !== undefined) {
      known.attempts++
      known.set = chosen?.setId ?? null
      known.destination = chosen?.id ?? null
      return
    }
    if (this.#calls.size >= this.#limit) this.#forgetOldest()
    const { headers } = request
    this.#calls.set(key, {
      number: ++this.#last,
      key,
      callId: owned(request.callId),
      from: owned(headers.get('From') ?? ''),
      to: owned(headers.get('To') ?? ''),
      uri: owned(request.uri),
      source: source.address,
      startedAt: now,
      state: 'calling',
      set: chosen?.setId ?? null,
      destination: chosen?.id ?? null,
      attempts: 1,
      answeredAt: undefined,
      request: ctx.peek(incoming),
    })
  }

  #replied(ctx: ReplyContext): void {
    const { request, response, now } = ctx
    const { status } = response
    if (status === 100 || !isNewCall(request)) return
    const entry = this.#entryOf(request)
    if (entry === undefined) return
    if (status < 200) entry.state = 'ringing'
    else if (status < 300 && ctx.recordRouted) {
      entry.state = 'up'
      entry.answeredAt ??= now
      entry.request = undefined
    } else if (entry.answeredAt === undefined) this.#calls.delete(entry.key)
  }

  #done({ request }: DoneContext): void {
    const { method } = request
    if (method === 'BYE') {
      for (const tag of [request.fromTag, request.toTag]) {
        const key = keyOf(request.callId, tag)
        if (key !== undefined) this.#calls.delete(key)
      }
    } else if (isNewCall(request)) {
      const entry = this.#entryOf(request)
      if (entry === undefined) return
      if (entry.answeredAt === undefined) this.#calls.delete(entry.key)
      entry.request = undefined
    }
  }

  #entryOf(request: SipRequest): Entry | undefined {
    const key = keyOf(request.callId, request.fromTag)
    return key === undefined ? undefined : this.#calls.get(key)
  }

  #find(id: string): Entry | undefined {
    const [worker, number] = id.split('-').map(Number)
    if (worker !== this.#worker) return undefined
    for (const entry of this.#calls.values()) if (entry.number === number) return entry
    return undefined
  }

  #forgetOld(): void {
    const now = this.#times.now()
    for (const { key, startedAt } of this.#calls.values()) {
      // They lie in the order in which they began.
      if (now - startedAt < longestMs) return
      this.#calls.delete(key)
    }
  }

  #forgetOldest(): void {
    for (const key of this.#calls.keys()) {
      this.#calls.delete(key)
      return
    }
  }

  #shown(entry: Entry): ShownCall {
    const { number, callId, from, to, uri, source, state, set, destination, attempts } = entry
    const { startedAt, answeredAt } = entry
    return {
      ...{ id: `${this.#worker}-${number}`, callId, uri, source },
      ...{ from: partyOf(from), to: partyOf(to) },
      ...{ state, set, destination, attempts },
      startedAt: this.#times.date(startedAt),
      answeredAt: answeredAt === undefined ? null : this.#times.date(answeredAt),
    }
  }
}

function isNewCall(request: SipRequest): boolean {
  return request.method === 'INVITE' && request.toTag === undefined
}

/** Undefined: too long for anybody but who means harm. */
function keyOf(callId: string, tag = ''): string | undefined {
  const key = `${callId}\n${tag}`
  return key.length > 2 * longest ? undefined : owned(key, 2 * longest)
}

/** A copy: part of a message would keep all of it alive. */
function owned(text: string, most = longest): string {
  return Buffer.from(text.slice(0, most)).toString()
}

/** The URI of a From or To; the text itself if it has none that can be read. */
function partyOf(header: string): string {
  return /<([^>]*)>/.exec(header)?.[1] ?? header.split(';', 1)[0]?.trim() ?? ''
}

function matches(entry: Entry, { state, set, destination, from, to }: CallFilter): boolean {
  return (
    (state === undefined || entry.state === state) &&
    (set === undefined || entry.set === set) &&
    (destination === undefined || entry.destination === destination) &&
    (from === undefined || entry.from.includes(from)) &&
    (to === undefined || entry.to.includes(to))
  )
}
