/** Traces as others are told them: parsed when somebody asks, secrets taken out. JSON carries all of it. */
import { type Clock } from '@sipwright/framework'
import { type DecisionKind, type Detail, formatPlace, type KeptMessage } from './entry.js'
import { headOf, type MessageHead } from './message-head.js'
import { pcapOf } from './export/pcap.js'
import { redacted } from './redaction.js'
import { type Trace, type TraceRing } from './traces.js'

export type TraceState = 'trying' | 'early' | 'up' | 'ended' | 'failed' | 'cancelled'

export interface TraceSummary {
  readonly id: string
  readonly callId: string
  readonly method: string
  readonly from: string
  readonly to: string
  readonly state: TraceState
  readonly startedAt: string
  readonly endedAt: string | null
  /** `udp:192.0.2.1:5060` */
  readonly source: string
  readonly destination: string | null
  readonly status: number | null
  readonly attempts: number
  readonly messages: number
}

export type TraceEntry =
  | {
      readonly kind: 'message'
      readonly at: string
      readonly offsetMs: number
      readonly from: string
      readonly to: string
      readonly transport: string
      /** The start line. */
      readonly first: string
      readonly label: string
      readonly cseq: string
      readonly branch: string
      readonly retransmission: boolean
      readonly text: string
    }
  | {
      readonly kind: 'decision'
      readonly at: string
      readonly offsetMs: number
      readonly what: DecisionKind
      readonly text: string
      readonly detail: Detail
    }

export interface ShownTrace extends TraceSummary {
  /** From left to right; the edge stands once. */
  readonly parties: readonly { readonly address: string; readonly name: string }[]
  /** Entries that came when the trace was full. */
  readonly omitted: number
  readonly entries: readonly TraceEntry[]
}

export interface TraceFilter {
  /** Part of it. */
  readonly from?: string | undefined
  /** Part of it. */
  readonly to?: string | undefined
  readonly state?: TraceState | undefined
  readonly destination?: string | undefined
  readonly method?: string | undefined
  readonly callId?: string | undefined
  readonly limit: number
  /** Those after this one: what `next` of a page says. */
  readonly cursor?: string | undefined
}

/** What happened to the traces of one worker. JSON carries it. */
export interface TraceChanges {
  readonly worker: number
  /** What to say next time. */
  readonly upTo: number
  readonly changes: readonly Pick<TraceSummary, 'id' | 'state' | 'status' | 'destination'>[]
}

/** Traces that are told of at once. */
const mostTold = 500

/** How the edge itself is called in a ladder. */
export const edgeName = 'sipwright'

export class Traces {
  readonly #ring: TraceRing
  readonly #clock: Clock
  readonly #worker: number
  /** Summaries stay until something happens. */
  readonly #known = new WeakMap<Trace, { version: number; summary: TraceSummary }>()

  constructor(ring: TraceRing, clock: Clock, worker: number) {
    this.#ring = ring
    this.#clock = clock
    this.#worker = worker
  }

  /** What is remembered now. */
  get size(): TraceRing['size'] {
    return this.#ring.size
  }

  /** Newest first, as many as `limit`, and which come after `cursor`. */
  list(filter: TraceFilter): readonly TraceSummary[] {
    const found: TraceSummary[] = []
    for (const trace of this.#ring.all) {
      const summary = this.#summary(trace)
      const isAfter = filter.cursor === undefined || cursorOf(summary) < filter.cursor
      if (isAfter && matches(summary, trace, filter)) found.push(summary)
    }
    return found.sort(newestFirst).slice(0, filter.limit)
  }

  /** Undefined: there is none, or no more. */
  find(id: string): ShownTrace | undefined {
    const trace = this.#trace(id)
    return trace && this.#shown(trace)
  }

  /** Its messages for an analyser, in base64; undefined: there is none. */
  capture(id: string): string | undefined {
    const trace = this.#trace(id)
    if (trace === undefined) return undefined
    const messages = messagesOf(trace).map((each) => ({ ...each, text: redacted(each.text) }))
    return pcapOf(messages, (at) => this.#wall(at)).toString('base64')
  }

  /** What happened since, by worker; nothing for one that is not in `since`: it is told from now on. */
  changes(since: Readonly<Record<string, number>>): TraceChanges {
    const [worker, upTo] = [this.#worker, this.#ring.changes]
    const from = since[worker] ?? upTo
    // A process that has begun anew counts from nothing.
    const after = from > upTo ? 0 : from
    const changed = this.#ring.all.filter(({ changedAt }) => changedAt > after)
    const changes = changed.slice(-mostTold).map((trace) => {
      const { id, state, status, destination } = this.#summary(trace)
      return { id, state, status, destination }
    })
    return { worker, upTo, changes }
  }

  #trace(id: string): Trace | undefined {
    const [worker, number] = id.split('-').map(Number)
    return worker === this.#worker && number !== undefined ? this.#ring.find(number) : undefined
  }

  #wall(at: number): number {
    return (this.#clock.wall?.() ?? this.#clock.now()) - (this.#clock.now() - at)
  }

  #date(at: number): string {
    return new Date(Math.round(this.#wall(at))).toISOString()
  }

  #summary(trace: Trace): TraceSummary {
    const known = this.#known.get(trace)
    if (known?.version === trace.version) return known.summary
    const messages = messagesOf(trace)
    const [first] = messages
    const head = first && headOf(first.text)
    const course = courseOf(messages, head)
    const summary: TraceSummary = {
      id: `${this.#worker}-${trace.number}`,
      callId: trace.callIds[0] ?? '',
      ...{ method: head?.method ?? '', from: head?.from ?? '', to: head?.to ?? '' },
      state: course.state,
      startedAt: this.#date(trace.startedAt),
      endedAt: course.endedAt === undefined ? null : this.#date(course.endedAt),
      source: first ? formatPlace(first.local.transport, first.address, first.port) : '',
      destination: trace.destination ?? null,
      ...{ status: course.status ?? null, attempts: course.attempts, messages: messages.length },
    }
    this.#known.set(trace, { version: trace.version, summary })
    return summary
  }

  #shown(trace: Trace): ShownTrace {
    const edge = edgeOf(messagesOf(trace))
    const seen = new Set<string>()
    const entries = trace.entries.map((entry): TraceEntry => {
      const when = { at: this.#date(entry.at), offsetMs: Math.round(entry.at - trace.startedAt) }
      if (entry.kind === 'decision') {
        const { what, text, detail } = entry
        return { kind: 'decision', ...when, what, text, detail }
      }
      const { local, address, port, outward, text } = entry
      const far = formatPlace(local.transport, address, port)
      const key = `${outward}${far}\n${text}`
      const retransmission = seen.has(key)
      seen.add(key)
      const { first, cseq, branch, label } = headOf(text)
      return {
        ...{ kind: 'message', ...when, from: outward ? edge : far, to: outward ? far : edge },
        ...{ transport: local.transport, first, label, cseq, branch, retransmission },
        text: redacted(text),
      }
    })
    const parties = partiesOf(trace, edge)
    return { ...this.#summary(trace), parties, omitted: trace.omitted, entries }
  }
}

/** Sorts as time does, and names one trace. */
export function cursorOf({ startedAt, id }: Pick<TraceSummary, 'startedAt' | 'id'>): string {
  const [worker = '', number = ''] = id.split('-')
  return `${startedAt}~${number.padStart(12, '0')}~${worker}`
}

export function newestFirst(one: TraceSummary, other: TraceSummary): number {
  return cursorOf(one) < cursorOf(other) ? 1 : -1
}

function messagesOf({ entries }: Trace): KeptMessage[] {
  return entries.filter((entry) => entry.kind === 'message')
}

/** Where the edge was first met stands for all of its addresses. */
function edgeOf([first]: readonly KeptMessage[]): string {
  if (first === undefined) return edgeName
  const { transport, address, port } = first.local
  return formatPlace(transport, address, port)
}

function partiesOf(trace: Trace, edge: string): { address: string; name: string }[] {
  const parties: { address: string; name: string }[] = []
  const known = new Set<string>()
  for (const { local, address, port } of messagesOf(trace)) {
    const place = formatPlace(local.transport, address, port)
    if (known.has(place)) continue
    known.add(place)
    const host = address.includes(':') ? `[${address}]` : address
    const named = [...trace.names].find(([uri]) => uri.includes(`${host}:${port}`))
    const name = named?.[1] ?? (parties.length === 0 ? 'caller' : place)
    parties.push({ address: place, name })
    if (parties.length === 1) parties.push({ address: edge, name: edgeName })
  }
  return parties
}

interface Course {
  readonly state: TraceState
  readonly status: number | undefined
  readonly endedAt: number | undefined
  readonly attempts: number
}

/** How it went, by what the caller was answered to the last request that opened something. */
function courseOf(messages: readonly KeptMessage[], first: MessageHead | undefined): Course {
  let state: TraceState = 'trying'
  let status: number | undefined = undefined
  let endedAt: number | undefined = undefined
  let opening = first?.cseq ?? ''
  let cancelled = false
  const branches = new Set<string>()
  for (const { text, outward, at } of messages) {
    const head = headOf(text)
    if (head.status === undefined) {
      const opens = head.method === first?.method && !head.tagged
      if (opens && outward) branches.add(head.branch)
      if (outward) continue
      if (opens && head.cseq !== opening) {
        ;[opening, state, status, endedAt] = [head.cseq, 'trying', undefined, undefined]
        branches.clear()
      } else if (head.method === 'CANCEL' && state !== 'up') cancelled = true
      else if (head.method === 'BYE') [state, endedAt] = ['ended', at]
    } else if (outward && head.cseq === opening && state !== 'ended') {
      if (head.status < 200) {
        if (head.status > 100 && endedAt === undefined) state = 'early'
        status ??= undefined
      } else {
        status = head.status
        if (status < 300) {
          const lasts = first?.method === 'INVITE'
          state = lasts ? 'up' : 'ended'
          endedAt = lasts ? undefined : (endedAt ?? at)
        } else {
          state = status === 487 && cancelled ? 'cancelled' : 'failed'
          endedAt ??= at
        }
      }
    }
  }
  return { state, status, endedAt, attempts: branches.size }
}

function matches(summary: TraceSummary, trace: Trace, filter: TraceFilter): boolean {
  const { from, to, state, destination, method, callId } = filter
  return (
    (from === undefined || summary.from.includes(from)) &&
    (to === undefined || summary.to.includes(to)) &&
    (state === undefined || summary.state === state) &&
    (destination === undefined || summary.destination === destination) &&
    (method === undefined || summary.method === method.toUpperCase()) &&
    (callId === undefined || trace.callIds.includes(callId))
  )
}
