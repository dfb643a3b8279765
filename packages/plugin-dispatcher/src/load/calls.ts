/**
 * What becomes of calls, as the framework's hooks tell it, in terms of leases: an INVITE to a destination takes one; its
 * failure, the end of its dialog and the loss of its dialog give it back. RFC 3261 §15, §12.2.1.2; RFC 5057 §5.1
 */
import {
  contextKey,
  type AnyContext,
  type AttemptContext,
  type Branch,
  type BranchContext,
  type DoneContext,
  type ReplyContext,
  type SipResponse,
} from '@sipwright/framework'
import { Destination } from '../destination.js'
import { callKey, tagNumber } from './call-key.js'
import { type Lease } from './lease.js'
import { type Leases } from './leases.js'
import { sessionInterval } from './session.js'

/** One INVITE outside a dialog, and what its branches hold. */
class Invitation {
  readonly key: string
  /** By index of the branch; undefined where its destination has answered finally, or is none of ours. */
  readonly leases: (Lease | undefined)[] = []
  /** Callees that have accepted, as numbers: a 2xx that is sent again is nothing new. */
  accepted: readonly number[] = nobody

  constructor(key: string) {
    this.key = key
  }
}

const nobody: readonly number[] = []
const invitation = contextKey<Invitation>('dispatcher.invitation')

/** Who else must know when a call is not, or no longer, this worker's. */
export interface CallNews {
  /** A call was adopted here. */
  adopted(ctx: AnyContext): void
  /** The end of a call that is not counted here. */
  endedElsewhere(ctx: AnyContext): void
}

export class Calls {
  readonly #leases: Leases
  readonly #news: CallNews | undefined

  constructor(leases: Leases, news?: CallNews) {
    this.#leases = leases
    this.#news = news
  }

  /** A copy of a request is about to leave. */
  forwarded(ctx: BranchContext): void {
    const { branch, incoming } = ctx
    if (branch === undefined || incoming.method !== 'INVITE' || incoming.toTag !== undefined) return
    const destination = branch.target.origin
    if (!(destination instanceof Destination)) return
    let invited = ctx.peek(invitation)
    if (invited === undefined) {
      invited = new Invitation(callKey(incoming.callId, incoming.fromTag))
      ctx.set(invitation, invited)
    }
    destination.caps.spend(destination.load, ctx.now)
    invited.leases[branch.index] = this.#leases.sent(invited.key, destination.load)
  }

  /** A branch has failed: its destination is free before the next one is tried. */
  failed(ctx: AttemptContext): void {
    this.#drop(ctx.peek(invitation), ctx.branch)
  }

  /** A response went to the caller. */
  replied(ctx: ReplyContext): void {
    const { branch, response } = ctx
    if (branch === undefined || response.status < 200 || response.status > 299) return
    const invited = ctx.peek(invitation)
    if (invited !== undefined) this.#accepted(invited, branch, response, ctx.recordRouted)
  }

  /** A request is over. */
  done(ctx: DoneContext): void {
    const { request } = ctx
    if (request.toTag !== undefined) {
      this.#doneWithin(ctx)
      return
    }
    const invited = ctx.peek(invitation)
    if (invited === undefined) return
    for (const branch of ctx.branches) this.#drop(invited, branch)
  }

  #drop(invited: Invitation | undefined, { index }: Branch): void {
    const lease = invited?.leases[index]
    if (lease === undefined) return
    invited!.leases[index] = undefined
    this.#leases.dropped(lease)
  }

  #accepted(
    invited: Invitation,
    branch: Branch,
    response: SipResponse,
    recordRouted: boolean,
  ): void {
    if (!recordRouted) {
      // Nothing of the call comes by here any more, its end neither: there is nothing to count.
      this.#drop(invited, branch)
      return
    }
    const callee = tagNumber(response.toTag)
    if (invited.accepted.includes(callee)) return
    invited.accepted = [...invited.accepted, callee]
    const lease = invited.leases[branch.index]
    const session = sessionInterval(response)
    if (lease !== undefined) {
      invited.leases[branch.index] = undefined
      this.#leases.accepted(lease, response.toTag, session)
    } else if (branch.target.origin instanceof Destination) {
      const { load } = branch.target.origin
      this.#leases.acceptedLate(invited.key, load, response.toTag, session)
    }
  }

  #doneWithin(ctx: DoneContext): void {
    const { request, status, branches, dialogMarks } = ctx
    const { method } = request
    // What was answered here says nothing of the dialog.
    if (branches.length === 0 || otherUsages.has(method)) return
    if (method === 'BYE' ? isEndedByBye(status) : isLost(status, branches)) {
      if (!this.#leases.ended(request, dialogMarks)) this.#news?.endedElsewhere(ctx)
    } else if (provingMethods.has(method) && status !== undefined && status < 300) {
      const session = method === 'INFO' ? 'unchanged' : sessionOf(branches)
      if (this.#leases.seen(request, dialogMarks, session)) this.#news?.adopted(ctx)
    }
  }
}

/** A subscription may outlive the call whose dialog it shares, and may be lost without it. RFC 5057 §5.1 */
const otherUsages: ReadonlySet<string> = new Set(['SUBSCRIBE', 'NOTIFY', 'REFER'])
/** They exist only within a call, so a 2xx says that it is there. */
const provingMethods: ReadonlySet<string> = new Set(['INVITE', 'UPDATE', 'INFO'])

/** Whatever the answer, and without one. But who is asked for credentials will come again. RFC 3261 §15.1 */
function isEndedByBye(status: number | undefined): boolean {
  return status !== 401 && status !== 407
}

/** The other end does not know the dialog, or says nothing at all. RFC 3261 §12.2.1.2 */
function isLost(status: number | undefined, branches: readonly Branch[]): boolean {
  return status === 481 || status === 408 || branches.every(({ cause }) => cause === 'no-response')
}

function sessionOf(branches: readonly Branch[]): number | undefined {
  for (const { response } of branches) {
    if (response !== undefined && response.status < 300) return sessionInterval(response)
  }
  return undefined
}
