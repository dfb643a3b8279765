/** The app's own addresses: which messages are for us, and which listener a message leaves by. */
import { networkInterfaces } from 'node:os'
import { SipError } from '../errors.js'
import { type Hop, type LocalAddress, type Side } from '../message/flow.js'
import { type SipUri } from '../message/uri.js'
import { isUnspecified } from '../transport/address.js'
import { type Listener } from '../transport/transport.js'
import { publicZone, type Zones } from './zones.js'

export class Listeners {
  readonly #all: Listener[] = []
  readonly #byLocal = new Map<LocalAddress, Listener>()
  /** By host, the ports at which it reaches us. */
  readonly #addresses = new Map<string, number[]>()
  readonly #domains: ReadonlySet<string>
  readonly #zones: Zones

  constructor(domains: readonly string[], zones: Zones) {
    this.#domains = new Set(domains.map((domain) => domain.toLowerCase()))
    this.#zones = zones
  }

  /** The same domains and zones, and no listener yet. */
  withoutAddresses(): Listeners {
    return new Listeners([...this.#domains], this.#zones)
  }

  get all(): readonly Listener[] {
    return this.#all
  }

  add(listener: Listener): void {
    const { local } = listener
    this.#all.push(listener)
    this.#byLocal.set(local, listener)
    this.#addAddress(local.advertisedHost.toLowerCase(), local.advertisedPort)
    const hosts = isUnspecified(local.address)
      ? interfaceAddresses(local.address.includes(':') ? 'IPv6' : 'IPv4')
      : [local.address]
    for (const host of hosts) this.#addAddress(host, local.port)
  }

  /** An address that reaches another process which serves the same calls. */
  addShared(host: string, port: number): void {
    this.#addAddress(host.toLowerCase(), port)
  }

  /** The listener that a request came in by. */
  at(local: LocalAddress): Listener | undefined {
    return this.#byLocal.get(local)
  }

  /** Whether a Via's sent-by or a URI's host and port is one of our addresses. */
  isOurAddress(host: string, port: number | undefined): boolean {
    return this.#addresses.get(host)?.includes(port ?? 5060) ?? false
  }

  /** Whether a URI leads to us: an address of ours, or a domain that we answer for. */
  isOurs(uri: SipUri): boolean {
    const port = uri.port ?? (uri.scheme === 'sips' ? 5061 : 5060)
    return this.isOurAddress(uri.host, port) || this.isOurDomain(uri.host)
  }

  isOurDomain(host: string): boolean {
    return this.#domains.has(host)
  }

  /** Whether we answer for this domain: without a list of domains, for any. */
  serves(uri: SipUri): boolean {
    return this.#domains.size === 0 || this.isOurs(uri)
  }

  /**
   * The listener to send to a hop by: same transport and address family, and the other side than the request came in
   * by; of several, the one in the hop's zone (public, if nobody named it), then the one that the request came in by. `routed` goes before all: the
   * one that the dialog's route set names, where it can reach the hop. Throws SIPW_ERR_NO_LISTENER.
   */
  for(hop: Hop, inbound: LocalAddress | undefined, routed?: Listener): Listener {
    if (routed !== undefined && reaches(routed.local, hop, routed.local.side)) return routed
    const side = inbound?.side === 'target' ? 'caller' : 'target'
    let found: Listener | undefined
    let several = false
    for (const listener of this.#all) {
      if (!reaches(listener.local, hop, side)) continue
      if (found === undefined) found = listener
      else several = true
    }
    if (found === undefined)
      throw new SipError('SIPW_ERR_NO_LISTENER', [hop.transport, hop.address])
    if (!several) return found
    // An address that nobody has named is no reason to leave by a listener for those who are.
    const zone = this.#zones.of(hop.address) ?? publicZone
    const reaching = this.#all.filter(({ local }) => reaches(local, hop, side))
    const inZone = reaching.filter(({ local }) => local.zone === zone)
    const isSame = ({ local }: Listener): boolean => isTwin(local, inbound)
    return inZone.find(isSame) ?? inZone[0] ?? reaching.find(isSame) ?? found
  }

  /**
   * The listener that the last of our own Route values names. A request within a dialog leaves by it: after a double
   * Record-Route each side is spoken to from the address that it was told. RFC 5658 §6.2
   */
  routedBy(taken: readonly SipUri[]): Listener | undefined {
    const uri = this.#all.length > 1 ? taken.at(-1) : undefined
    if (uri === undefined) return undefined
    const transport = uri.params.get('transport')?.toUpperCase() ?? 'UDP'
    return this.#all.find(
      ({ local }) =>
        local.advertisedPort === (uri.port ?? 5060) &&
        local.transport === transport &&
        local.advertisedHost.toLowerCase() === uri.host,
    )
  }

  /** The listener that the last of our own Routes names: the side that the request leaves by. */
  sideOf(taken: readonly SipUri[]): Listener | undefined {
    return (
      this.routedBy(taken) ??
      (taken.length > 0 && this.#all.length === 1 ? this.#all[0] : undefined)
    )
  }

  /** The hops that some listener can send to; all of them when there is none, so that the error names one. */
  reachable(hops: readonly Hop[]): readonly Hop[] {
    if (hops.length === 1) return hops
    const reachable = hops.filter((hop) => this.canReach(hop))
    return reachable.length === 0 ? hops : reachable
  }

  /** Whether a hop could be reached at all. */
  canReach(hop: Hop): boolean {
    return this.#all.some(({ local }) => reaches(local, hop, local.side))
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((listener) => listener.close()))
    this.#all.length = 0
    this.#byLocal.clear()
    this.#addresses.clear()
  }

  #addAddress(host: string, port: number): void {
    const ports = this.#addresses.get(host)
    if (ports === undefined) this.#addresses.set(host, [port])
    else ports.push(port)
  }
}

/** What Via says for a socket bound to every interface, when the operator does not: the first outside address. */
export function hostToAdvertise(address: string): string {
  if (!isUnspecified(address)) return address
  const family = address.includes(':') ? 'IPv6' : 'IPv4'
  const loopback = family === 'IPv6' ? '::1' : '127.0.0.1'
  return interfaceAddresses(family).find((candidate) => candidate !== loopback) ?? loopback
}

function reaches(local: LocalAddress, hop: Hop, side: Side | undefined): boolean {
  return (
    local.transport === hop.transport &&
    (local.side === undefined || local.side === side) &&
    local.address.includes(':') === hop.address.includes(':')
  )
}

/** The same listener, or the one that serves the other side of the same interface. */
function isTwin(local: LocalAddress, inbound: LocalAddress | undefined): boolean {
  if (local === inbound) return true
  return (
    local.side !== undefined && local.address === inbound?.address && local.zone === inbound.zone
  )
}

function interfaceAddresses(family: 'IPv4' | 'IPv6'): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === family && !address.address.startsWith('fe80:'))
    .map(({ address }) => address)
}
