/**
 * Calls whose requests reach another worker than their INVITE did: a caller on a TCP connection is one worker's, the callee's
 * datagrams may be another's. A call is counted by one of them: who adopts it tells the others, who then drop it, unless
 * its INVITE is still in their hands.
 */
import { type AnyContext, type Workers } from '@sipwright/framework'
import { callKey, type WithinDialog } from './call-key.js'
import { type CallNews } from './calls.js'
import { type Leases } from './leases.js'

/** What one worker tells the others of a call. */
interface Told extends WithinDialog {
  /** `counted`: here, from now on. `ended`: wherever it was. */
  readonly kind: 'counted' | 'ended'
  readonly marks: readonly string[]
}

const topic = 'dispatcher.calls'

export class SharedCalls implements CallNews {
  readonly #workers: Workers
  #leases: Leases | undefined = undefined

  constructor(workers: Workers) {
    this.#workers = workers
  }

  /** From here on the others are heard. */
  hear(leases: Leases): void {
    this.#leases = leases
    this.#workers.onTold(topic, (news) => this.#told(leases, news as Told))
  }

  adopted(ctx: AnyContext): void {
    this.#tell('counted', ctx)
  }

  endedElsewhere(ctx: AnyContext): void {
    this.#tell('ended', ctx)
  }

  #tell(kind: Told['kind'], { request, dialogMarks }: AnyContext): void {
    if (this.#workers.count === 1 || this.#leases === undefined) return
    const { callId, fromTag, toTag } = request
    this.#workers.tell(topic, { kind, callId, fromTag, toTag, marks: dialogMarks } satisfies Told)
  }

  #told(leases: Leases, news: Told): void {
    if (news.kind === 'ended') {
      leases.ended(news, news.marks)
      return
    }
    const keys = [callKey(news.callId, news.fromTag), callKey(news.callId, news.toTag)]
    for (const mark of news.marks) {
      if (leases.release(keys, mark)) continue
      this.#workers.tell(topic, { ...news, marks: [mark] } satisfies Told)
    }
  }
}
