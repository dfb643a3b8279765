/** How often a time was how long: one addition for each. */
import { type Labels, type Sample } from './family.js'

export class Histogram {
  readonly #bounds: readonly number[]
  /** By bucket, not cumulative; the last one is beyond all bounds. */
  readonly #counts: number[]
  #sum = 0

  /** Upper bounds in seconds, rising. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Array<number>(bounds.length + 1).fill(0)
  }

  observe(seconds: number): void {
    let bucket = 0
    while (bucket < this.#bounds.length && seconds > this.#bounds[bucket]!) bucket++
    this.#counts[bucket]!++
    this.#sum += seconds
  }

  /** By the upper bound of each bucket, `+Inf` for the last: how many fell into it. */
  byBound(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.#counts.map((count, index) => [String(this.#bounds[index] ?? '+Inf'), count]),
    )
  }

  samples(labels: Labels): readonly Sample[] {
    let count = 0
    const buckets = this.#counts.map((own, index): Sample => {
      count += own
      const le = index < this.#bounds.length ? String(this.#bounds[index]) : '+Inf'
      return { suffix: '_bucket', labels: { ...labels, le }, value: count }
    })
    return [
      ...buckets,
      { suffix: '_sum', labels, value: this.#sum },
      { suffix: '_count', labels, value: count },
    ]
  }
}
