/** Who is trusted, by zone or block, remembered for a while: backends send more than any threshold, and look-ups cost. */
import { CidrList, type Flow, type ZoneLookUp } from '@sipwright/framework'

const rememberedMs = 10_000
const rememberedAtMost = 1_024

export class Trust {
  readonly #host: { readonly zoneOf: ZoneLookUp }
  readonly #zones: ReadonlySet<string>
  readonly #blocks: CidrList
  readonly #until = new Map<string, number>()

  /** `host`: knows the zones of addresses. */
  constructor(
    host: { readonly zoneOf: ZoneLookUp },
    zones: readonly string[],
    blocks: readonly string[],
  ) {
    this.#host = host
    this.#zones = new Set(zones)
    this.#blocks = new CidrList(blocks)
  }

  /** Whether it was found trusted of late: what every datagram is asked. */
  isKnown(flow: Flow, now: number): boolean {
    const until = this.#until.get(partyOf(flow))
    return until !== undefined && until > now
  }

  /** Looks it up. */
  includes(flow: Flow, now: number): boolean {
    if (this.isKnown(flow, now)) return true
    const { remoteAddress, remotePort, local } = flow
    const at = { port: remotePort, transport: local.transport }
    const zone = this.#host.zoneOf(remoteAddress, at) ?? local.zone
    if (!this.#zones.has(zone) && !this.#blocks.has(remoteAddress)) return false
    if (this.#until.size >= rememberedAtMost) this.#until.clear()
    this.#until.set(partyOf(flow), now + rememberedMs)
    return true
  }
}

/** On this machine all share one address: there a backend is told by its port. */
function partyOf({ remoteAddress, remotePort, local }: Flow): string {
  return remoteAddress.startsWith('127.') || remoteAddress === '::1'
    ? `${remoteAddress} ${remotePort} ${local.transport}`
    : remoteAddress
}
