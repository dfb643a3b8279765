/** Who is trusted, by zone or block, remembered for a while: backends send more than any threshold, and look-ups cost. */
import { CidrList, type Flow } from '@sipwright/framework'

const rememberedMs = 10_000
const rememberedAtMost = 1_024

export class Trust {
  readonly #host: { zoneOf(address: string): string | undefined }
  readonly #zones: ReadonlySet<string>
  readonly #blocks: CidrList
  readonly #until = new Map<string, number>()

  /** `host`: knows the zones of addresses. */
  constructor(
    host: { zoneOf(address: string): string | undefined },
    zones: readonly string[],
    blocks: readonly string[],
  ) {
    this.#host = host
    this.#zones = new Set(zones)
    this.#blocks = new CidrList(blocks)
  }

  /** Whether it was found trusted of late: what every datagram is asked. */
  isKnown({ remoteAddress }: Flow, now: number): boolean {
    const until = this.#until.get(remoteAddress)
    return until !== undefined && until > now
  }

  /** Looks it up. */
  includes(flow: Flow, now: number): boolean {
    if (this.isKnown(flow, now)) return true
    const { remoteAddress, local } = flow
    const zone = this.#host.zoneOf(remoteAddress) ?? local.zone
    if (!this.#zones.has(zone) && !this.#blocks.has(remoteAddress)) return false
    if (this.#until.size >= rememberedAtMost) this.#until.clear()
    this.#until.set(flow.remoteAddress, now + rememberedMs)
    return true
  }
}
