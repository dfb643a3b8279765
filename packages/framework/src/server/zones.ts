/** Names for parts of the network: `inside`, `carriers`. What is in none belongs to its listener's zone. */
import { type Flow } from '../message/flow.js'
import { CidrMap } from '../transport/cidr.js'

/** The zone of a listener that is told none, and so of whoever comes by it. */
export const publicZone = 'public'

export class Zones {
  readonly #names = new CidrMap<string>()
  readonly #lookUps: ((address: string) => string | undefined)[] = []

  /** Throws SIPW_ERR_CIDR that names the faulty entry. */
  constructor(zones: Readonly<Record<string, readonly string[]>> = {}) {
    for (const [name, blocks] of Object.entries(zones)) {
      for (const block of blocks) this.#names.set(block, name)
    }
  }

  /** Asked for addresses that no block holds; the first answer counts. */
  add(lookUp: (address: string) => string | undefined): void {
    this.#lookUps.push(lookUp)
  }

  /** The zone that a flow comes from: its address's, else its listener's. */
  at(flow: Flow): string {
    return this.of(flow.remoteAddress) ?? flow.local.zone
  }

  /** The zone of the smallest block that holds the address, or what is known of it otherwise. */
  of(address: string): string | undefined {
    const named = this.#names.match(address)
    if (named !== undefined) return named
    for (const lookUp of this.#lookUps) {
      const found = lookUp(address)
      if (found !== undefined) return found
    }
    return undefined
  }
}
