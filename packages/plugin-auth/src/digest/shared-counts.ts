/** Nonce counts, told to the other workers: what has been used by one is used up for all. */
import { type Workers } from '@sipwright/framework'
import { type CountVerdict, type NonceCounts } from './nonce-counts.js'

const topic = 'auth: used nonce counts'

type News = readonly [nonce: string, count: number, issuedAt: number]

export class SharedCounts {
  readonly #counts: NonceCounts
  readonly #workers: Workers
  readonly #wall: () => number

  constructor(counts: NonceCounts, workers: Workers, wall: () => number) {
    this.#counts = counts
    this.#workers = workers
    this.#wall = wall
    if (workers.several) {
      workers.onTold(topic, (news) => {
        const [nonce, count, issuedAt] = news as News
        counts.use(nonce, count, issuedAt, wall())
      })
    }
  }

  /** As `NonceCounts.use`. */
  use(nonce: string, count: number, issuedAt: number): CountVerdict {
    const verdict = this.#counts.use(nonce, count, issuedAt, this.#wall())
    if (verdict === 'fresh' && this.#workers.several) {
      this.#workers.tell(topic, [nonce, count, issuedAt] satisfies News)
    }
    return verdict
  }
}
