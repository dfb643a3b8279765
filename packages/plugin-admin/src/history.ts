/**
 * How destinations were, a point each second: fixed arrays that go round, so that it costs what it costs from the start
 * (13 bytes for each point), whatever happens.
 */
import { type z } from 'zod'
import { type Stats } from './publishing.js'
import { type historySchema } from './routes/history.js'

/** Of those that come later nothing is kept. */
const maxDestinations = 512

const letters = {
  ...{ active: 'a', trying: 't', inactive: 'i', busy: 'b' },
  ...{ drain: 'd', maintenance: 'm', disabled: 'x' },
} as const
const absent = '-'

interface Column {
  readonly set: string
  readonly id: string
  readonly states: Uint8Array
  readonly calls: Float32Array
  readonly attempts: Float32Array
  readonly latencyMs: Float32Array
  /** The number of the last point. */
  last: number
}

export class History {
  readonly #length: number
  readonly #at: Float64Array
  readonly #columns = new Map<string, Column>()
  /** Points that were ever added. */
  #count = 0

  /** `length`: how many points are kept; 0: none. */
  constructor(length: number) {
    this.#length = length
    this.#at = new Float64Array(length)
  }

  get isOn(): boolean {
    return this.#length > 0
  }

  /** One second more; `at` in milliseconds since 1970. */
  add(at: number, destinations: Stats['destinations']): void {
    if (!this.isOn) return
    const place = this.#count % this.#length
    this.#at[place] = at
    for (const column of this.#columns.values()) column.states[place] = absent.charCodeAt(0)
    for (const each of destinations) {
      const column = this.#columnOf(each.set, each.id)
      if (column === undefined) continue
      column.states[place] = letters[each.state].charCodeAt(0)
      column.calls[place] = each.calls
      column.attempts[place] = each.attempts
      column.latencyMs[place] = each.latencyMs
      column.last = this.#count
    }
    this.#count++
    for (const [key, { last }] of this.#columns) {
      if (last < this.#count - this.#length) this.#columns.delete(key)
    }
  }

  /** Oldest first. */
  read(): z.output<typeof historySchema> {
    const kept = Math.min(this.#count, this.#length)
    const first = this.#count - kept
    const inOrder = <T>(of: (place: number) => T): T[] =>
      Array.from({ length: kept }, (_, index) => of((first + index) % this.#length))
    return {
      at: inOrder((place) => this.#at[place]!),
      destinations: [...this.#columns.values()].map(({ set, id, ...column }) => ({
        ...{ set, id },
        states: inOrder((place) => String.fromCharCode(column.states[place]!)).join(''),
        calls: inOrder((place) => column.calls[place]!),
        attempts: inOrder((place) => column.attempts[place]!),
        latencyMs: inOrder((place) => Math.round(column.latencyMs[place]! * 1_000) / 1_000),
      })),
    }
  }

  #columnOf(set: string, id: string): Column | undefined {
    const key = `${set}\n${id}`
    const known = this.#columns.get(key)
    if (known !== undefined) return known
    if (this.#columns.size >= maxDestinations) return undefined
    const column = {
      ...{ set, id, last: this.#count },
      states: new Uint8Array(this.#length).fill(absent.charCodeAt(0)),
      calls: new Float32Array(this.#length),
      attempts: new Float32Array(this.#length),
      latencyMs: new Float32Array(this.#length),
    }
    this.#columns.set(key, column)
    return column
  }
}
