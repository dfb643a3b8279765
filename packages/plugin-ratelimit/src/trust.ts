/** Who is trusted, by zone or block, remembered for a while: backends send more than any threshold, and look-ups cost. */
import { CidrList, type Flow, type ZoneLookUp } from '@sipwright/framework'

const rememberedMs = 10_000
const rememberedAtMost = 1_024

export class Trust {
  readonly #host: { readonly zoneOf: ZoneLookUp }
  readonly #zones: ReadonlySet<string>
  readonly #blocks: CidrList
  /** Until when each is: asked for every datagram, so by what the flow has and not by a text made of it. */
  readonly #parties = new Map<string, Map<string, Map<number, number>>>()
  #remembered = 0

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
  isKnown({ remoteAddress, remotePort, local }: Flow, now: number): boolean {
    const byTransport = this.#parties.get(remoteAddress)
    if (byTransport === undefined) return false
    const until = byTransport.get(local.transport)?.get(portOf(remoteAddress, remotePort))
    return until !== undefined && until > now
  }

  /** Looks it up. */
  includes(flow: Flow, now: number): boolean {
    if (this.isKnown(flow, now)) return true
    const { remoteAddress, remotePort, local } = flow
    const at = { port: remotePort, transport: local.transport }
    const zone = this.#host.zoneOf(remoteAddress, at) ?? local.zone
    if (!this.#zones.has(zone) && !this.#blocks.has(remoteAddress)) return false
    this.#remember(flow, now + rememberedMs)
    return true
  }

  #remember({ remoteAddress, remotePort, local }: Flow, until: number): void {
    if (this.#remembered++ >= rememberedAtMost) {
      this.#parties.clear()
      this.#remembered = 0
    }
    let byTransport = this.#parties.get(remoteAddress)
    if (byTransport === undefined) {
      byTransport = new Map()
      this.#parties.set(remoteAddress, byTransport)
    }
    const port = portOf(remoteAddress, remotePort)
    const byPort = byTransport.get(local.transport)
    if (byPort === undefined) byTransport.set(local.transport, new Map([[port, until]]))
    else byPort.set(port, until)
  }
}

/** On this machine all share one address: there a backend is told by its port. */
function portOf(address: string, port: number): number {
  return address.startsWith('127.') || address === '::1' ? port : 0
}
