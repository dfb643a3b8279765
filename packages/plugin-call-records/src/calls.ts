/**
 * Follows calls from INVITE to BYE, and tells each at its end. Whose end nobody sees is told when it is the oldest of too many, when it
 * is older than any call, or when the app closes.
 */
import {
  type AttemptContext,
  type BranchContext,
  type CancelContext,
  type DoneContext,
  type Host,
  type ReplyContext,
  type RequestContext,
  type SipRequest,
} from '@sipwright/framework'
import { Destination } from '@sipwright/plugin-dispatcher'
import { type CallAttempt, type CallRecord, type HangUp } from './record.js'

/** Longer texts of strangers are cut. */
const longest = 256

/** A call whose BYE never comes by is over after so long. */
const longestMs = 24 * 3_600_000

/** Of one call. */
const mostAttempts = 32

interface Call {
  readonly key: string
  readonly callId: string
  readonly fromTag: string
  readonly from: string
  readonly to: string
  readonly uri: string
  readonly source: string
  readonly invitedAt: number
  ringingAt: number | undefined
  answeredAt: number | undefined
  cancelled: boolean
  set: string | null
  destination: string | null
  readonly attempts: { destination: string; uri: string; status: number | null; branch: number }[]
}

export class Calls {
  readonly #limit: number
  readonly #date: (at: number) => string
  readonly #ended: (record: CallRecord) => void
  /** In the order in which they began. */
  readonly #calls = new Map<string, Call>()

  constructor(limit: number, date: (at: number) => string, ended: (record: CallRecord) => void) {
    this.#limit = limit
    this.#date = date
    this.#ended = ended
  }

  /** Calls that are followed. */
  get size(): number {
    return this.#calls.size
  }

  watch(host: Host): void {
    host.onRequest((ctx) => {
      this.#began(ctx)
      return undefined
    })
    host.onForward((ctx) => this.#forwarded(ctx))
    host.onFailure((ctx) => this.#failed(ctx))
    host.onReply((ctx) => this.#replied(ctx))
    host.onCancel((ctx) => this.#cancelled(ctx))
    host.onDone((ctx) => this.#done(ctx))
  }

  /** All that are open are over as far as we can tell. */
  endAll(now: number): void {
    for (const call of this.#calls.values()) this.#end(call, 'unknown', statusOf(call), now)
  }

  #began({ request, source, now }: RequestContext): void {
    if (!isNewCall(request)) return
    const key = keyOf(request.callId, request.fromTag)
    if (key === undefined || this.#calls.has(key)) return
    this.#makeRoom(now)
    const { address, port, transport } = source
    const host = address.includes(':') ? `[${address}]` : address
    this.#calls.set(key, {
      ...{ key, callId: owned(request.callId), fromTag: owned(request.fromTag ?? '') },
      ...{ from: owned(request.from.uri), to: owned(request.to.uri), uri: owned(request.uri) },
      source: `${transport.toLowerCase()}:${host}:${port}`,
      ...{ invitedAt: now, ringingAt: undefined, answeredAt: undefined, cancelled: false },
      ...{ set: null, destination: null, attempts: [] },
    })
  }

  #forwarded({ branch, incoming }: BranchContext): void {
    if (branch === undefined || !isNewCall(incoming)) return
    const call = this.#of(incoming)
    if (call === undefined) return
    const { origin, uri } = branch.target
    const chosen = origin instanceof Destination ? origin : undefined
    call.set = chosen?.setId ?? null
    call.destination = chosen?.id ?? owned(uri)
    if (call.attempts.length >= mostAttempts) return
    const attempt = { destination: call.destination, uri: owned(uri), branch: branch.index }
    call.attempts.push({ ...attempt, status: null })
  }

  #failed({ branch, response, request }: AttemptContext): void {
    this.#attemptEnded(request, branch.index, response.status)
  }

  #replied({ branch, request, response, now }: ReplyContext): void {
    const { status } = response
    if (status === 100 || !isNewCall(request)) return
    const call = this.#of(request)
    if (call === undefined) return
    if (status < 200) {
      call.ringingAt ??= now
      return
    }
    if (branch !== undefined) this.#attemptEnded(request, branch.index, status)
    if (status < 300) {
      call.answeredAt ??= now
      // Only who stays in the path sees its end.
      return
    }
    if (call.answeredAt !== undefined) return
    this.#end(call, refusedBy(call, branch !== undefined), status, now)
  }

  #cancelled({ request }: CancelContext): void {
    const call = this.#of(request)
    if (call !== undefined) call.cancelled = true
  }

  #done({ request, recordRouted, now }: DoneContext): void {
    if (request.method === 'BYE') {
      this.#hungUp(request, now)
      return
    }
    const call = isNewCall(request) ? this.#of(request) : undefined
    if (call === undefined) return
    if (call.answeredAt === undefined) this.#end(call, 'unknown', null, now)
    else if (!recordRouted) this.#end(call, 'unknown', 200, now)
  }

  #hungUp({ callId, fromTag, toTag }: SipRequest, now: number): void {
    for (const tag of [fromTag, toTag]) {
      const key = keyOf(callId, tag)
      const call = key === undefined ? undefined : this.#calls.get(key)
      if (call === undefined) continue
      this.#end(call, tag === fromTag ? 'caller' : 'callee', statusOf(call), now)
      return
    }
  }

  #attemptEnded(request: SipRequest, index: number, status: number): void {
    if (!isNewCall(request)) return
    const attempt = this.#of(request)?.attempts.findLast(({ branch }) => branch === index)
    if (attempt !== undefined) attempt.status = status
  }

  #of({ callId, fromTag }: SipRequest): Call | undefined {
    const key = keyOf(callId, fromTag)
    return key === undefined ? undefined : this.#calls.get(key)
  }

  #makeRoom(now: number): void {
    for (const call of this.#calls.values()) {
      if (this.#calls.size < this.#limit && now - call.invitedAt < longestMs) return
      this.#end(call, 'unknown', statusOf(call), now)
    }
  }

  #end(call: Call, hungUpBy: HangUp, status: number | null, now: number): void {
    this.#calls.delete(call.key)
    const { callId, from, to, uri, source, set, destination, attempts } = call
    const { invitedAt, ringingAt, answeredAt } = call
    const date = (at: number | undefined): string | null =>
      at === undefined ? null : this.#date(at)
    this.#ended({
      ...{ callId, from, to, uri, source, set, destination },
      attempts: attempts.map(({ branch: _branch, ...attempt }): CallAttempt => attempt),
      ...{ status, hungUpBy, invitedAt: this.#date(invitedAt), ringingAt: date(ringingAt) },
      ...{ answeredAt: date(answeredAt), endedAt: this.#date(now) },
      durationMs: answeredAt === undefined ? 0 : Math.round(now - answeredAt),
    })
  }
}

function refusedBy({ cancelled }: Call, byTarget: boolean): HangUp {
  if (cancelled) return 'caller'
  return byTarget ? 'callee' : 'edge'
}

function statusOf({ answeredAt }: Call): number | null {
  return answeredAt === undefined ? null : 200
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
