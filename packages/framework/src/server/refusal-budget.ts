/**
 * How many refusals a network is sent at most, and how large. Over UDP anybody can write another's address as his own; what is refused
 * before its sender has proven anything must not become a flood for whoever that address belongs to.
 */
import { sourceOf } from '../transport/address.js'
import { RateTable } from './rate-table.js'

const networksKept = 65_536

/** A refusal is so many times as large as its request at most. */
const largestShare = 2.5

/**
 * Whether a refusal of so many octets answers a request of so many: what a phone sends says more of itself than a refusal adds; what
 * is smaller was made to be answered at length.
 */
export function isInProportion(request: number, refusal: number): boolean {
  return refusal <= largestShare * request
}

export class RefusalBudget {
  readonly #rates: RateTable | undefined

  /** `perSecond` for each network, /24 of IPv4 or /64 of IPv6, twice as many at once after a pause; 0: as many as come. */
  constructor(perSecond: number) {
    if (perSecond === 0) return
    this.#rates = new RateTable({ perSecond, burst: 2 * perSecond, maxKeys: networksKept })
  }

  /** Whether one more may be sent there; it then counts. */
  allows(address: string, now: number): boolean {
    return this.#rates === undefined || this.#rates.take(networkOf(address), now) === 0
  }
}

function networkOf(address: string): string {
  return address.includes(':') ? sourceOf(address) : address.slice(0, address.lastIndexOf('.'))
}
