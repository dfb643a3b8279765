/**
 * Calls whose requests reach another worker than their INVITE did: a caller on a TCP connection is one worker's, the callee's
 * datagrams may be another's. A call is counted by one of them: who adopts it tells the others, who then drop it, unless
 * its INVITE is still in their hands.
 */
import { type AnyContext, type Workers } from '@sipwright/framework'
import { callKey, type WithinDialog } from './call-key.js'
import { type CallNews } from './calls.js'
import { type LeaseObserver, type LeaseRecord } from './lease.js'
import { type Leases } from './leases.js'

/** What one worker tells the others of a call. */
interface Told extends WithinDialog {
  /** `counted`: here, from now on. `ended`: wherever it was. */
  readonly kind: 'counted' | 'ended'
  readonly marks: readonly string[]
}

const topic = 'dispatcher.calls'
const successionTopic = 'dispatcher.succession'

/** The calls of one that retires, for who has its number then. */
interface Succession {
  readonly to: number
  readonly records: readonly LeaseRecord[]
}

export class SharedCalls implements CallNews {
  readonly #workers: Workers
  #leases: Leases | undefined = undefined
  #retired = false

  constructor(workers: Workers) {
    this.#workers = workers
  }

  /** From here on the others are heard. */
  hear(leases: Leases): void {
    this.#leases = leases
    this.#workers.onTold(topic, (news) => this.#told(leases, news as Told))
    this.#workers.onTold(successionTopic, (news) => {
      const { to, records } = news as Succession
      if (to !== this.#workers.index || this.#retired) return
      for (const record of records) leases.restore(record)
    })
    this.#workers.onRetire(() => {
      this.#retired = true
      this.#bequeath([...leases.records()])
    })
  }

  /** After it has retired, its successor counts the calls that are still accepted here. */
  observing(observer: LeaseObserver | undefined): LeaseObserver | undefined {
    if (!this.#workers.several) return observer
    return {
      held: (lease) => {
        observer?.held(lease)
        if (this.#retired && this.#leases !== undefined)
          this.#bequeath([this.#leases.recordOf(lease)])
      },
      released: (lease) => observer?.released(lease),
    }
  }

  #bequeath(records: readonly LeaseRecord[]): void {
    this.#workers.tell(successionTopic, { to: this.#workers.index, records } satisfies Succession)
  }

  adopted(ctx: AnyContext): void {
    this.#tell('counted', ctx)
  }

  endedElsewhere(ctx: AnyContext): void {
    this.#tell('ended', ctx)
  }

  #tell(kind: Told['kind'], { request, dialogMarks }: AnyContext): void {
    if (!this.#workers.several || this.#leases === undefined) return
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
