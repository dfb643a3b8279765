/** Names for parts of the network: `inside`, `carriers`. What is in none belongs to its listener's zone. */
import { CidrList } from '../transport/cidr.js'

export class Zones {
  readonly #zones: readonly (readonly [name: string, addresses: CidrList])[]

  /** Throws SIPW_ERR_CIDR that names the faulty entry. */
  constructor(zones: Readonly<Record<string, readonly string[]>> = {}) {
    this.#zones = Object.entries(zones).map(([name, cidrs]) => [name, new CidrList(cidrs)])
  }

  /** The first zone that holds the address. */
  of(address: string): string | undefined {
    for (const [name, addresses] of this.#zones) if (addresses.has(address)) return name
    return undefined
  }
}
