/** Names for parts of the network: `inside`, `carriers`. What is in none belongs to its listener's zone. */
import { type Flow } from '../message/flow.js'
import { type ZoneLookUp, type ZonePort } from '../plugin/zone.js'
import { CidrMap } from '../transport/cidr.js'
import { ZoneMemo } from './zone-memo.js'

/** The zone of a listener that is told none, and so of whoever comes by it. */
export const publicZone = 'public'

export class Zones {
  readonly #names = new CidrMap<string>()
  readonly #lookUps: ZoneLookUp[] = []
  readonly #memo = new ZoneMemo()

  /** Throws SIPW_ERR_CIDR that names the faulty entry. */
  constructor(zones: Readonly<Record<string, readonly string[]>> = {}) {
    for (const [name, blocks] of Object.entries(zones)) {
      for (const block of blocks) this.#names.set(block, name)
    }
  }

  /** Asked for addresses that no block holds; the first answer counts. Call what is returned when its answers have changed. */
  add(lookUp: ZoneLookUp): () => void {
    this.#lookUps.push(lookUp)
    this.#memo.forget()
    return () => this.#memo.forget()
  }

  /** The zone that a flow comes from: its address's, else its listener's. */
  at(flow: Flow): string {
    const { remoteAddress, remotePort, local } = flow
    return this.of(remoteAddress, { port: remotePort, transport: local.transport }) ?? local.zone
  }

  /** The zone of the smallest block that holds the address, or what is known of it otherwise. */
  of(address: string, at?: ZonePort): string | undefined {
    if (at === undefined) return this.#find(address, at)
    if (this.#memo.holds(address, at)) return this.#memo.zone
    const zone = this.#find(address, at)
    this.#memo.put(address, at, zone)
    return zone
  }

  #find(address: string, at: ZonePort | undefined): string | undefined {
    const named = this.#names.match(address)
    if (named !== undefined) return named
    for (const lookUp of this.#lookUps) {
      const found = lookUp(address, at)
      if (found !== undefined) return found
    }
    return undefined
  }
}
