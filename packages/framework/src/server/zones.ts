/** Names for parts of the network: `inside`, `carriers`. What is in none belongs to its listener's zone. */
import { CidrMap } from '../transport/cidr.js'

export class Zones {
  readonly #names = new CidrMap<string>()

  /** Throws SIPW_ERR_CIDR that names the faulty entry. */
  constructor(zones: Readonly<Record<string, readonly string[]>> = {}) {
    for (const [name, blocks] of Object.entries(zones)) {
      for (const block of blocks) this.#names.set(block, name)
    }
  }

  /** The zone of the smallest block that holds the address. */
  of(address: string): string | undefined {
    return this.#names.match(address)
  }
}
