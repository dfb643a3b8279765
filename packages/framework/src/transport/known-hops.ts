/**
 * The hops of numeric addresses that were used before: the same few backends with every call, and checking and
 * spelling an address anew costs more than finding it. Transactions that wait for a hop share it.
 */
import { hop, type Hop, type TransportName } from '../message/flow.js'

/** Strangers choose addresses too (a Contact): with more than this all are forgotten. */
const mostHops = 10_000

/** As `Resolver` answers: a list of one. */
type Single = readonly [Hop]

export class KnownHops {
  /** By address: the few transports and ports at it. */
  readonly #byAddress = new Map<string, Single[]>()
  #size = 0

  find(transport: TransportName, address: string, port: number): Single | undefined {
    const hops = this.#byAddress.get(address)
    if (hops === undefined) return undefined
    for (const single of hops) {
      const [known] = single
      if (known.port === port && known.transport === transport) return single
    }
    return undefined
  }

  /** `written` is the address as a URI has it, `numeric` its normal form. */
  add(transport: TransportName, written: string, numeric: string, port: number): Single {
    if (this.#size >= mostHops) {
      this.#byAddress.clear()
      this.#size = 0
    }
    const single: Single = [hop(transport, numeric, port)]
    const hops = this.#byAddress.get(written)
    if (hops === undefined) this.#byAddress.set(written, [single])
    else hops.push(single)
    this.#size++
    return single
  }
}
