/**
 * Locating servers: from a URI to the hops to try, in order. RFC 3263 §4
 *
 * One straight walk through the cache, without waiting. Where it finds that something is not known, that is asked
 * for, everything that the walk can name at once; when the answers are there the walk is done again. So a name in
 * use is resolved at once, with a fresh draw among SRV weights for each request.
 */
import { type Clock } from '../environment.js'
import { SipError } from '../errors.js'
import { hop, type Flow, type Hop, type TransportName } from '../message/flow.js'
import { kept } from '../message/kept.js'
import { type SipUri } from '../message/uri.js'
import { type Via } from '../message/via.js'
import {
  formatEndpoint,
  isNumericAddress,
  isUnicast,
  normalizeAddress,
  type Family,
} from './address.js'
import { DnsCache } from './dns-cache.js'
import { DnsClient, type RecordData, type RecordType } from './dns-client.js'
import { inSrvOrder } from './srv-order.js'
import { HostsFile } from './hosts-file.js'
import { KnownHops } from './known-hops.js'

export interface ResolverOptions {
  /** `127.0.0.53:5353`; empty: the system's resolvers and its hosts file. Throws SIPW_ERR_DNS_SERVER. */
  readonly servers?: readonly string[]
  /** For one question, and for a URI as a whole not much more. Default 2000. */
  readonly timeoutMs?: number
  /** Answers kept at most. Default 10000. */
  readonly cacheEntries?: number
  /** Transports that we can send by, in order of preference. */
  readonly transports: readonly TransportName[]
  /** Address families that we can send by. Default both, IPv4 first. */
  readonly families?: readonly Family[]
  readonly clock: Clock
  /** Uniform in [0, 1): draws among SRV weights. RFC 2782 */
  readonly random: () => number
}

const defaultTimeoutMs = 2_000

/** A few servers in a few thousand domains, at a few kilobytes for each. */
const defaultCacheEntries = 10_000

/** Who has more servers than this has answered to be tried forever. */
const maxHops = 32

/** NAPTR, SRV, addresses; the rest is for answers that end while others come. */
const maxRounds = 6

const defaultPorts: ReadonlyMap<TransportName, number> = new Map([
  ['UDP', 5060],
  ['TCP', 5060],
  ['TLS', 5061],
  ['WS', 80],
  ['WSS', 443],
])

/** RFC 3263 §4.1, RFC 7118 §6: what a NAPTR service stands for. */
const naptrServices: ReadonlyMap<string, TransportName> = new Map([
  ['SIP+D2U', 'UDP'],
  ['SIP+D2T', 'TCP'],
  ['SIPS+D2T', 'TLS'],
  ['SIP+D2W', 'WS'],
  ['SIPS+D2W', 'WSS'],
])

/** RFC 3263 §4.1: where the SRV records of a transport are. */
const srvPrefixes: ReadonlyMap<TransportName, string> = new Map([
  ['UDP', '_sip._udp.'],
  ['TCP', '_sip._tcp.'],
  ['TLS', '_sips._tcp.'],
])

/** What a sips URI may use, by the transport parameter that names it. RFC 3261 §26.2.2, RFC 7118 §5 */
const secured: ReadonlyMap<TransportName, TransportName> = new Map([
  ['TCP', 'TLS'],
  ['TLS', 'TLS'],
  ['WS', 'WSS'],
  ['WSS', 'WSS'],
])

/** One resolution: when it began, and what it lacks. */
interface Walk {
  since: number
  readonly lacking: Promise<void>[]
  /** The last thing that went wrong, for the error. */
  reason: string
}

export class Resolver {
  readonly #options: ResolverOptions
  readonly #timeoutMs: number
  readonly #client: DnsClient
  readonly #cache: DnsCache
  readonly #hosts: HostsFile | undefined
  readonly #known = new KnownHops()

  constructor(options: ResolverOptions) {
    this.#options = options
    this.#timeoutMs = options.timeoutMs ?? defaultTimeoutMs
    const { clock, servers } = options
    this.#client = new DnsClient({ servers, timeoutMs: this.#timeoutMs, clock })
    this.#cache = new DnsCache(this.#client, options.cacheEntries ?? defaultCacheEntries, clock)
    this.#hosts = servers === undefined || servers.length === 0 ? new HostsFile(clock) : undefined
  }

  /**
   * The hops of a URI, best first. A numeric host and a name that is known are answered at once, another name by
   * a promise. Whatever cannot be resolved is a promise that rejects with SIPW_ERR_UNRESOLVABLE.
   */
  resolve(uri: SipUri): readonly Hop[] | Promise<readonly Hop[]> {
    const walk: Walk = { since: this.#options.clock.now(), lacking: [], reason: 'no such name' }
    const hops = this.#locate(uri, walk)
    if (hops === undefined) return this.#ask(uri, walk)
    return hops.length > 0 ? hops : Promise.reject(unresolvable(uri, walk.reason))
  }

  /** Resolutions under way reject. */
  close(): void {
    this.#client.close()
  }

  async #ask(uri: SipUri, walk: Walk): Promise<readonly Hop[]> {
    for (let round = 0; round < maxRounds; round++) {
      await Promise.all(walk.lacking.splice(0))
      const hops = this.#locate(uri, walk)
      if (hops !== undefined && hops.length > 0) return hops
      if (hops !== undefined) break
      if (this.#options.clock.now() - walk.since >= this.#timeoutMs)
        return this.#lastKnown(uri, walk)
    }
    throw unresolvable(uri, walk.reason)
  }

  /** There is no time left to ask: what was known last has to do. RFC 8767 §5 */
  #lastKnown(uri: SipUri, walk: Walk): readonly Hop[] {
    walk.since = -Infinity
    walk.reason = 'no answer in time'
    const hops = this.#locate(uri, walk) ?? []
    if (hops.length > 0) return hops
    throw unresolvable(uri, walk.reason)
  }

  /** Undefined while something is lacking. */
  #locate(uri: SipUri, walk: Walk): readonly Hop[] | undefined {
    const target = uri.params.get('maddr') ?? uri.host
    const address = withoutBrackets(target)
    const parameter = uri.params.get('transport')?.toUpperCase()
    const sips = uri.scheme === 'sips'
    const named = parameter === undefined || !sips ? parameter : secured.get(parameter)
    if (named === undefined && parameter !== undefined) {
      walk.reason = `a sips URI does not go by ${parameter}`
      return []
    }
    const transport = named ?? this.#defaultTransport(sips)
    if (!this.#options.transports.includes(transport)) {
      walk.reason = `no transport ${transport} here`
      return []
    }
    const port = uri.port ?? defaultPorts.get(transport) ?? 5060
    if (port < 1 || port > 65_535) {
      walk.reason = `no port ${port}`
      return []
    }
    const known = this.#known.find(transport, address, port)
    if (known !== undefined) return known
    if (isNumericAddress(address)) {
      const numeric = normalizeAddress(address)
      if (isUnicast(numeric)) return this.#known.add(transport, kept(address), numeric, port)
      walk.reason = 'not a unicast address'
      return []
    }
    const name = withoutFinalDot(target.toLowerCase())
    if (uri.port !== undefined) return this.#addresses(name, name, transport, port, walk)
    if (named === undefined) return this.#byDomain(name, sips, transport, port, walk)
    const servers = this.#servers((srvPrefixes.get(named) ?? '') + name, name, named, walk)
    return servers === 'none' ? this.#addresses(name, name, named, port, walk) : servers
  }

  /** RFC 3263 §4.1: the domain says which transports it prefers. */
  #byDomain(
    name: string,
    sips: boolean,
    transport: TransportName,
    port: number,
    walk: Walk,
  ): readonly Hop[] | undefined {
    const preferences = this.#records('NAPTR', name, walk)
    if (preferences === undefined) return undefined
    const usable = preferences
      .filter(({ flags }) => flags.toLowerCase() === 's')
      .map((record) => ({ record, via: naptrServices.get(record.services.toUpperCase()) }))
      .sort((a, b) => a.record.order - b.record.order || a.record.preference - b.record.preference)
    for (const { record, via } of usable) {
      if (via === undefined || !this.#serves(via, sips)) continue
      const hops = this.#servers(withoutFinalDot(record.replacement), name, via, walk)
      if (hops === undefined) return undefined
      if (hops !== 'none' && hops.length > 0) return hops
    }
    // Deviation: NAPTR records of which none is usable are passed over, as in §4.1 for a domain without any; a
    // server that can be reached is better than an error.
    const ours = this.#options.transports.filter(
      (one) => srvPrefixes.has(one) && this.#serves(one, sips),
    )
    const found = ours.map((one) => this.#servers(srvPrefixes.get(one)! + name, name, one, walk))
    if (found.includes(undefined)) return undefined
    const served = found.filter((hops) => hops !== 'none' && hops !== undefined)
    if (served.length === 0) return this.#addresses(name, name, transport, port, walk)
    return served.find((hops) => hops.length > 0) ?? []
  }

  /** The servers of an SRV name; `none` if there is no such record. RFC 3263 §4.2 */
  #servers(
    srvName: string,
    host: string,
    transport: TransportName,
    walk: Walk,
  ): readonly Hop[] | 'none' | undefined {
    if (srvName === host) return 'none'
    const records = this.#records('SRV', srvName, walk)
    if (records === undefined) return undefined
    if (records.length === 0) return 'none'
    const offered = records.filter(({ target, port }) => withoutFinalDot(target) !== '' && port > 0)
    // RFC 2782: the target "." says that the service is decidedly not available.
    if (offered.length === 0) walk.reason = `no service at ${srvName}`
    const found = inSrvOrder(offered.slice(0, maxHops), this.#options.random).map(
      ({ target, port }) =>
        this.#addresses(withoutFinalDot(target.toLowerCase()), host, transport, port, walk),
    )
    if (found.includes(undefined)) return undefined
    return found.flatMap((hops) => hops ?? []).slice(0, maxHops)
  }

  /** The addresses of a name; with several, another one comes first each time. */
  #addresses(
    name: string,
    host: string,
    transport: TransportName,
    port: number,
    walk: Walk,
  ): readonly Hop[] | undefined {
    const families = this.#options.families ?? [4, 6]
    const found = families.map((family) => this.#addressesOf(name, family, walk))
    if (found.includes(undefined)) return undefined
    return found
      .flatMap((addresses) => rotated(addresses ?? [], this.#options.random))
      .filter(isUnicast)
      .slice(0, maxHops)
      .map((address) => hop(transport, address, port, host))
  }

  #addressesOf(name: string, family: Family, walk: Walk): readonly string[] | undefined {
    const own = this.#hosts?.addresses(name, family) ?? []
    if (own.length > 0) return own
    // What the hosts file knows by one family only, DNS is not asked about.
    if (this.#hosts?.knows(name) === true) return []
    return this.#records(family === 4 ? 'A' : 'AAAA', name, walk)
  }

  #records<Type extends RecordType>(
    type: Type,
    name: string,
    walk: Walk,
  ): readonly RecordData[Type][] | undefined {
    const known = this.#cache.known(type, name, walk.since)
    if (known === undefined) {
      walk.lacking.push(this.#cache.ask(type, name))
      return undefined
    }
    if (known.failure !== undefined) walk.reason = known.failure
    return known.records
  }

  /** RFC 3263 §4.1: UDP for sip, TLS for sips; the first that we have, where there is no UDP. */
  #defaultTransport(sips: boolean): TransportName {
    if (sips) return 'TLS'
    const { transports } = this.#options
    return transports.includes('UDP') ? 'UDP' : (transports[0] ?? 'UDP')
  }

  /** A sips URI goes by what is secured; a sip URI by anything that we have. */
  #serves(transport: TransportName, sips: boolean): boolean {
    if (!this.#options.transports.includes(transport)) return false
    return !sips || transport === 'TLS' || transport === 'WSS'
  }
}

/**
 * Where a response goes when the connection of its request is gone. RFC 3261 §18.2.2, RFC 3263 §5
 *
 * Deviation: the address is the one that the request came from (what `received` says, §18.2.1), whatever host or
 * maddr its Via names: a stranger's Via must not aim our responses at somebody else.
 */
export function resolveResponse(via: Via, flow: Flow): readonly Hop[] {
  const { transport } = flow.local
  const port = via.port ?? defaultPorts.get(transport) ?? 5060
  if (port < 1 || port > 65_535 || !isUnicast(flow.remoteAddress)) return []
  return [hop(transport, flow.remoteAddress, port)]
}

function rotated<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  if (items.length < 2) return items
  const start = Math.floor(random() * items.length)
  return [...items.slice(start), ...items.slice(0, start)]
}

function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
}

function withoutFinalDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name
}

function unresolvable({ scheme, host, port }: SipUri, reason: string): SipError {
  const where = port === undefined ? host : formatEndpoint(host, port)
  return new SipError('SIPW_ERR_UNRESOLVABLE', [`${scheme}:${where}`, reason])
}
