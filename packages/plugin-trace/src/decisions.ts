/** What is decided between messages: handler, pick, failover, an answer of our own, the end. It watches the hooks. */
import {
  type BranchContext,
  type AttemptContext,
  type DoneContext,
  type Host,
} from '@sipwright/framework'
import { type ReplyContext, reasonPhrase, type SipRequest } from '@sipwright/framework'
import {
  Destination,
  Dispatcher,
  type Explanation,
  formatExclusion,
} from '@sipwright/plugin-dispatcher'
import { type Detail } from './entry.js'
import { type TraceRing } from './traces.js'

/** Of candidates, and of those that are out. */
const mostNamed = 16

/** Sets with more destinations are not explained for each call: it would cost a walk over all of them. */
const mostExplained = 256

export function watchDecisions(host: Host, ring: TraceRing): () => void {
  const decisions = new Decisions(ring)
  host.onForward((ctx) => decisions.forwarded(ctx))
  host.onFailure((ctx) => decisions.failed(ctx))
  host.onReply((ctx) => decisions.replied(ctx))
  host.onDone((ctx) => decisions.done(ctx))
  let end = (): void => undefined
  host.onReady(() => {
    const dispatcher = host.find(Dispatcher)
    if (dispatcher === undefined) return
    end = dispatcher.onSelect((ctx, explain) => {
      const destinations = dispatcher.sets().reduce((sum, set) => sum + set.destinations.length, 0)
      if (destinations > mostExplained) return
      decisions.selecting(ctx.request.callId, explain())
    })
  })
  return () => end()
}

class Decisions {
  readonly #ring: TraceRing
  /** What the selection of the request in hand is about to do. */
  #selecting: { readonly callId: string; readonly explanation: Explanation } | undefined = undefined

  constructor(ring: TraceRing) {
    this.#ring = ring
  }

  selecting(callId: string, explanation: Explanation): void {
    this.#selecting = { callId, explanation }
  }

  forwarded({ branch, incoming, now }: BranchContext): void {
    if (branch === undefined || incoming.toTag !== undefined) return
    const { callId } = incoming
    const { target } = branch
    const destination = target.origin instanceof Destination ? target.origin : undefined
    const name = destination?.id ?? target.uri
    const trace = this.#ring.ofCall(callId)
    if (trace === undefined) return
    trace.destination = name
    if (trace.names.size < mostNamed) trace.names.set(destination?.uri ?? target.uri, name)
    const selecting = this.#selecting?.callId === callId ? this.#selecting.explanation : undefined
    this.#selecting = undefined
    const algorithm = selecting?.sets[0]?.algorithm
    const text = `pick: ${algorithm === undefined ? '' : `${algorithm} `}${name}`
    const chosen = { destination: name, uri: target.uri, attempt: branch.index + 1 }
    const set = destination && { set: destination.setId }
    const detail = { ...chosen, ...set, ...(selecting && explained(selecting)) }
    this.#ring.decided(callId, { what: 'selected', text, detail }, now)
  }

  failed({ branch, cause, response, error, request, now }: AttemptContext): void {
    const { origin, uri } = branch.target
    const name = origin instanceof Destination ? origin.id : uri
    const why =
      cause === 'response'
        ? `${response.status} ${response.reason}`
        : cause === 'no-response'
          ? 'no response in time'
          : (error?.message ?? 'unreachable')
    const detail = { destination: name, uri, cause, status: response.status, why }
    this.#ring.decided(
      request.callId,
      { what: 'failover', text: `failed: ${name}: ${why}`, detail },
      now,
    )
  }

  replied({ branch, response, request, now }: ReplyContext): void {
    const { status } = response
    if (branch !== undefined || status <= 100) return
    const text = `answered here: ${status} ${reasonPhrase(status)}`
    this.#ring.decided(request.callId, { what: 'answered-here', text, detail: { status } }, now)
  }

  done({ request, status, now }: DoneContext): void {
    if (request.method === 'BYE') this.#end(request, 'ended by BYE', status, now)
    else if (request.method === 'INVITE' && request.toTag === undefined && status !== undefined) {
      if (status >= 300) this.#end(request, `ended: ${status} ${reasonPhrase(status)}`, status, now)
    }
  }

  #end({ callId, from }: SipRequest, text: string, status: number | undefined, now: number): void {
    const detail = { by: from.uri, ...(status !== undefined && { status }) }
    this.#ring.decided(callId, { what: 'ended', text, detail }, now)
  }
}

/** As plain data, bounded. */
function explained({ sets, candidates, excluded }: Explanation): Detail {
  return {
    algorithm: sets.map(({ algorithm }) => algorithm).join(', '),
    score: sets.map(({ score }) => score).join(', '),
    candidates: candidates
      .slice(0, mostNamed)
      .map(({ set, id, uri, score }) => ({ set, id, uri, score: score ?? null })),
    excluded: excluded
      .slice(0, mostNamed)
      .map(({ set, id, uri, exclusion }) => ({ set, id, uri, why: formatExclusion(exclusion) })),
  }
}
