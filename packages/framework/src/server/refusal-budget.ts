/**
 * How many refusals a network is sent at most. Over UDP anybody can write another's address as his own; what is refused
 * before its sender has proven anything must not become a flood for whoever that address belongs to.
 */
import { ipv6Groups } from '../transport/address.js'

/** Networks remembered at most: the one that was quiet for longest is forgotten first. */
const networksKept = 65_536

export class RefusalBudget {
  readonly #intervalMs: number
  readonly #aheadMs: number
  /** When the network will have used up what it was sent, as if it were sent evenly. */
  readonly #paidAt = new Map<string, number>()

  /** `perSecond` for each network, /24 of IPv4 or /64 of IPv6, twice as many at once after a pause; 0: as many as come. */
  constructor(perSecond: number) {
    this.#intervalMs = perSecond > 0 ? 1_000 / perSecond : 0
    this.#aheadMs = 2_000 - this.#intervalMs
  }

  /** Whether one more may be sent there; it then counts. */
  allows(address: string, now: number): boolean {
    if (this.#intervalMs === 0) return true
    const network = networkOf(address)
    const paidAt = Math.max(this.#paidAt.get(network) ?? 0, now)
    if (paidAt - now > this.#aheadMs) return false
    this.#paidAt.delete(network)
    if (this.#paidAt.size >= networksKept) this.#forgetOldest()
    this.#paidAt.set(network, paidAt + this.#intervalMs)
    return true
  }

  #forgetOldest(): void {
    for (const network of this.#paidAt.keys()) {
      this.#paidAt.delete(network)
      return
    }
  }
}

function networkOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, address.lastIndexOf('.'))
  return (ipv6Groups(address) ?? []).slice(0, 4).join(':')
}
