/**
 * The ring: messages by call, joined by Call-ID and, where it is another on the other leg, by the request that was copied. Whoever
 * was quiet for longest is forgotten first. Nothing is parsed here.
 */
import { type Flow, type LocalAddress, type Recipient } from '@sipwright/framework'
import { callIdOf } from './call-id.js'
import { type TraceConfig } from './config.js'
import { type Decision, type DecisionKind, type Detail, type KeptEntry } from './entry.js'

/** Names that one call has on its legs; more are somebody's play. */
const mostNames = 8

/** Of an entry besides its text, roughly: what the bound on bytes counts. */
const overhead = 120

export class Trace {
  readonly number: number
  readonly startedAt: number
  /** Its Call-IDs, the caller's first. */
  readonly callIds: string[]
  readonly entries: KeptEntry[] = []
  /** Entries that were too many. */
  omitted = 0
  bytes = 0
  /** Where it went last, and how it is named. */
  destination: string | undefined = undefined
  /** URI of a destination → its name. */
  readonly names = new Map<string, string>()
  /** Grows with everything that happens, kept or not. */
  version = 0
  /** When that was, in the order of everything that happened to any. */
  changedAt = 0
  /** Neighbours in the order of the ring. */
  quieter: Trace | undefined = undefined
  later: Trace | undefined = undefined

  constructor(number: number, callId: string, now: number) {
    this.number = number
    this.callIds = [callId]
    this.startedAt = now
  }
}

export class TraceRing {
  readonly #config: TraceConfig
  readonly #byCallId = new Map<string, Trace>()
  /** They are chained in the order in which they were last heard of: a set that is edited so often is slow to begin reading. */
  #quietest: Trace | undefined = undefined
  #latest: Trace | undefined = undefined
  #count = 0
  #last = 0
  #changes = 0
  #messages = 0
  #bytes = 0

  constructor(config: TraceConfig) {
    this.#config = config
  }

  /** What is remembered now. */
  get size(): { readonly traces: number; readonly messages: number; readonly bytes: number } {
    return { traces: this.#count, messages: this.#messages, bytes: this.#bytes }
  }

  /** Who was heard of last stands last. */
  get all(): readonly Trace[] {
    const all: Trace[] = []
    for (let trace = this.#quietest; trace !== undefined; trace = trace.later) all.push(trace)
    return all
  }

  /** Grows with everything that happens to any of them. */
  get changes(): number {
    return this.#changes
  }

  find(number: number): Trace | undefined {
    return this.all.find((trace) => trace.number === number)
  }

  ofCall(callId: string): Trace | undefined {
    return this.#byCallId.get(callId)
  }

  received(text: string, flow: Flow, now: number): void {
    const callId = callIdOf(text)
    if (callId === undefined) return
    const known = this.#byCallId.get(callId)
    // A response that belongs to nothing is an answer to our own request, or a stranger's.
    if (known === undefined && text.startsWith('SIP/2.0')) return
    const { local, remoteAddress, remotePort } = flow
    // A stream is cut from what a socket read: a piece of it would keep all of it.
    const own = local.reliable ? Buffer.from(text, 'latin1').toString('latin1') : text
    const trace = known ?? this.#begin(callId, now)
    const at = { kind: 'message', at: now, outward: false } as const
    this.#keep(trace, { ...at, text: own, local, address: remoteAddress, port: remotePort })
  }

  sent(
    text: string,
    local: LocalAddress,
    { address, port }: Recipient,
    copied: string | undefined,
    now: number,
  ): void {
    const callId = callIdOf(text)
    if (callId === undefined) return
    let trace = this.#byCallId.get(callId)
    if (trace === undefined && copied !== undefined) {
      trace = this.#byCallId.get(copied)
      if (trace !== undefined) this.join(trace, callId)
    }
    if (trace === undefined) return
    const at = { kind: 'message', at: now, outward: true } as const
    this.#keep(trace, { ...at, text, local, address, port })
  }

  /** Another name of the same call. */
  join(trace: Trace, callId: string): void {
    if (this.#byCallId.has(callId) || trace.callIds.length >= mostNames) return
    trace.callIds.push(callId)
    this.#byCallId.set(callId, trace)
  }

  decided(
    callId: string,
    decision: { readonly what: DecisionKind; readonly text: string; readonly detail?: Detail },
    now: number,
  ): void {
    const trace = this.#byCallId.get(callId)
    if (trace === undefined) return
    const { what, text, detail = {} } = decision
    this.#keep(trace, { kind: 'decision', at: now, what, text, detail } satisfies Decision)
  }

  #begin(callId: string, now: number): Trace {
    const trace = new Trace(++this.#last, callId, now)
    this.#byCallId.set(callId, trace)
    this.#append(trace)
    return trace
  }

  #keep(trace: Trace, entry: KeptEntry): void {
    trace.version++
    trace.changedAt = ++this.#changes
    if (trace !== this.#latest) {
      this.#remove(trace)
      this.#append(trace)
    }
    if (trace.entries.length >= this.#config.perCall) {
      trace.omitted++
      return
    }
    const bytes = overhead + entry.text.length + (entry.kind === 'decision' ? overhead : 0)
    trace.entries.push(entry)
    trace.bytes += bytes
    this.#bytes += bytes
    this.#messages++
    while (this.#messages > this.#config.messages || this.#bytes > this.#config.bytes) {
      if (!this.#forgetQuietest(trace)) return
    }
  }

  #forgetQuietest(but: Trace): boolean {
    const trace = this.#quietest
    if (trace === undefined || trace === but) return false
    this.#remove(trace)
    this.#messages -= trace.entries.length
    this.#bytes -= trace.bytes
    for (const callId of trace.callIds) this.#byCallId.delete(callId)
    return true
  }

  #append(trace: Trace): void {
    trace.quieter = this.#latest
    if (this.#latest === undefined) this.#quietest = trace
    else this.#latest.later = trace
    this.#latest = trace
    this.#count++
  }

  #remove(trace: Trace): void {
    const { quieter, later } = trace
    if (quieter === undefined) this.#quietest = later
    else quieter.later = later
    if (later === undefined) this.#latest = quieter
    else later.quieter = quieter
    trace.quieter = undefined
    trace.later = undefined
    this.#count--
  }
}
