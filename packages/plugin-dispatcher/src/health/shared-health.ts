/**
 * Several workers, one opinion of each destination. One of them probes; what it finds, and what a route or an operator
 * says in any worker, holds in all. When two say different things at once, the leading worker's word is the last.
 */
import { type Clock, type Workers } from '@sipwright/framework'
import { type AdminWord, type Destination } from '../destination.js'
import { type Dispatcher } from '../dispatcher.js'
import { type HealthNews } from './health.js'

/** How one destination is. */
export interface DestinationNews {
  readonly set: string
  readonly destination: string
  readonly health: HealthNews
  readonly admin: Omit<AdminWord, 'since'> & { readonly forMs: number }
  readonly reason: string
}

export class SharedHealth {
  readonly #workers: Workers
  readonly #dispatcher: Dispatcher

  readonly #clock: Clock

  constructor(workers: Workers, dispatcher: Dispatcher, clock: Clock) {
    this.#clock = clock
    this.#workers = workers
    this.#dispatcher = dispatcher
    workers.onTold(stateTopic, (news) => this.#told(news as readonly DestinationNews[]))
    workers.onTold(askTopic, () => {
      if (workers.leads) this.tellAll()
    })
  }

  /** A destination changed here. */
  changed(destination: Destination, reason: string): void {
    if (this.#workers.several) this.#tell([this.#newsOf(destination, reason)])
  }

  /** Sets are new: who leads tells how their destinations are, the others ask. */
  catchUp(): void {
    if (!this.#workers.several) return
    if (this.#workers.leads) this.tellAll()
    else this.#workers.tell(askTopic, null)
  }

  /** Tells the others how every destination is. */
  tellAll(): void {
    this.#tell(
      this.#dispatcher
        .sets()
        .flatMap(({ destinations }) => destinations)
        .map((destination) => this.#newsOf(destination, destination.health.reason)),
    )
  }

  #told(news: readonly DestinationNews[]): void {
    const known = news.filter((each) => this.#dispatcher.adopt(each))
    // The others may have heard it before what this worker told them, or after. Now they hear it after.
    if (this.#workers.leads) this.#tell(known)
  }

  #tell(news: readonly DestinationNews[]): void {
    this.#workers.tell(stateTopic, news)
  }

  /** Clocks of workers differ, so times are told as how long they last. */
  #newsOf({ setId, id, state }: Destination, reason: string): DestinationNews {
    const now = this.#clock.now()
    const { since, ...word } = state.adminWord
    const admin = { ...word, forMs: now - since }
    return { set: setId, destination: id, health: state.health.news(now), admin, reason }
  }
}

const stateTopic = 'dispatcher.state'
const askTopic = 'dispatcher.ask'
