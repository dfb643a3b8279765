/**
 * Whether a request comes from one of the destinations: Kamailio's ds_is_from_list, dispatcher.md §1.13. An index by address
 * is made with each reload, so asking costs the same however many destinations there are.
 *
 * A destination with a name is known by the addresses that its name has: those are looked up when listeners are bound and
 * with each reload, and again every ten seconds, which costs a question only where the TTL is over. While a name server is
 * silent the last answer stands.
 */
import {
  isNumericAddress,
  isSipUri,
  normalizeAddress,
  parseUri,
  type Clock,
  type Flow,
  type Hop,
} from '@sipwright/framework'
import { flagBits, type Destination } from './destination.js'

/** Where a request came from: the `source` of any context fits. */
export interface Sender {
  /** Numeric, IPv6 without brackets. */
  readonly address: string
  readonly port?: number
  readonly transport?: string
  /** By which of our sockets it came. */
  readonly flow?: Pick<Flow, 'local'>
}

/** What must match besides the address. What a destination's URI does not say matches anything. */
export interface SenderOptions {
  /** The port. Default: true; false is Kamailio's bit 1. */
  readonly port?: boolean
  /** The transport. Default: false, Kamailio's bit 2. */
  readonly transport?: boolean
  /** It may get new requests now: bit 4. Default: false. */
  readonly active?: boolean
  /** Our own socket is the one that its attribute `socket` names: bit 8. Default: false. */
  readonly socket?: boolean
  /**
   * All that its URI and attributes say must match, and of several the one that says most is meant: bit 16. Default: false.
   */
  readonly best?: boolean
}

/** What the index is lent: the host of a plugin fits. */
export interface SenderHost {
  readonly clock: Clock
  locate(uri: string): readonly Hop[] | Promise<readonly Hop[]>
}

export class Senders {
  readonly #host: SenderHost
  #numeric: readonly Entry[] = []
  #named: readonly NamedEntry[] = []
  #index = new Map<string, AtAddress>()
  #started = false
  #disarm: (() => void) | undefined = undefined
  #changed: (() => void) | undefined = undefined

  constructor(host: SenderHost) {
    this.#host = host
  }

  /** Called when other addresses are those of destinations. */
  onChange(changed: () => void): void {
    this.#changed = changed
  }

  /** From now on these are all destinations there are, in the order in which they are looked through. */
  watch(destinations: Iterable<Destination>): void {
    const known = new Map(this.#named.map(({ uri, addresses }) => [uri, addresses]))
    const numeric: Entry[] = []
    const named: NamedEntry[] = []
    for (const destination of destinations) {
      const entry = entryOf(destination)
      if (entry === undefined) continue
      if (isNumericAddress(entry.host)) numeric.push(entry)
      else
        named.push({ ...entry, uri: destination.uri, addresses: known.get(destination.uri) ?? [] })
    }
    this.#numeric = numeric
    this.#named = named
    this.#build()
    if (this.#started) this.#locateAll()
  }

  /** Listeners are bound: names can be looked up. Until the first answer a name sends nothing. */
  start(): void {
    this.#started = true
    this.#locateAll()
  }

  stop(): void {
    this.#started = false
    this.#disarm?.()
  }

  /**
   * Whether any destination is at that address, as `normalizeAddress` writes it. On this machine all share one: there the port
   * tells who it is, and on connections, which come from any port, the transport.
   */
  isAt(address: string, at?: Required<Pick<Sender, 'port' | 'transport'>>): boolean {
    const known = this.#index.get(address)
    if (known === undefined || at === undefined || !isLoopback(address)) return known !== undefined
    const { port, transport } = at
    if (known.byPort.has(port) || (port === 5060 && known.byPort.has(anyPort))) return true
    return transport !== 'UDP' && known.all.some((entry) => entry.transport === transport)
  }

  /** The destination that the request comes from, of one set or of any. */
  find(sender: Sender, setId?: string, options: SenderOptions = {}): Destination | undefined {
    const at = this.#index.get(normalizeAddress(sender.address))
    if (at === undefined) return undefined
    const { port = true, best = false } = options
    if (!port || best || sender.port === undefined) return pick(at.all, sender, setId, options)
    return (
      pick(at.byPort.get(sender.port), sender, setId, options) ??
      pick(at.byPort.get(anyPort), sender, setId, options)
    )
  }

  #build(): void {
    const index = new Map<string, AtAddress>()
    for (const entry of this.#numeric) add(index, normalizeAddress(entry.host), entry)
    for (const entry of this.#named) {
      for (const address of entry.addresses) add(index, address, entry)
    }
    this.#index = index
    this.#changed?.()
  }

  #locateAll(): void {
    this.#disarm?.()
    const named = this.#named
    if (named.length === 0) return
    this.#disarm = this.#host.clock.after(relocateMs, () => this.#locateAll())
    for (const uri of new Set(named.map((each) => each.uri))) {
      const entries = named.filter((each) => each.uri === uri)
      void this.#locate(uri, entries)
    }
  }

  async #locate(uri: string, entries: readonly NamedEntry[]): Promise<void> {
    let hops: readonly Hop[]
    try {
      hops = await this.#host.locate(uri)
    } catch {
      // Calls to it fail for the same reason, and say so.
      return
    }
    const addresses = [...new Set(hops.map(({ address }) => address))].sort()
    if (addresses.join() === entries[0]?.addresses.join()) return
    for (const entry of entries) entry.addresses = addresses
    this.#build()
  }
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}

const relocateMs = 10_000
const anyPort = 0

/** One destination, and what its URI and attributes say of where its requests come from. */
interface Entry {
  readonly destination: Destination
  readonly host: string
  readonly port: number | undefined
  readonly transport: string | undefined
  /** `UDP:192.0.2.1:5060` */
  readonly socket: string | undefined
}

interface NamedEntry extends Entry {
  readonly uri: string
  addresses: readonly string[]
}

interface AtAddress {
  readonly all: Entry[]
  readonly byPort: Map<number, Entry[]>
}

function add(index: Map<string, AtAddress>, address: string, entry: Entry): void {
  let at = index.get(address)
  if (at === undefined) index.set(address, (at = { all: [], byPort: new Map() }))
  at.all.push(entry)
  const port = entry.port ?? anyPort
  const others = at.byPort.get(port)
  if (others === undefined) at.byPort.set(port, [entry])
  else others.push(entry)
}

/** Undefined for one that is flagged not to be resolved: it sends nothing. */
function entryOf(destination: Destination): Entry | undefined {
  if ((destination.flags & flagBits.noResolve) !== 0) return undefined
  const uri = parseUri(destination.uri)
  if (!isSipUri(uri)) return undefined
  const parameter = uri.params.get('transport')?.toUpperCase()
  const secured = uri.scheme === 'sips'
  return {
    destination,
    host: withoutBrackets(uri.params.get('maddr') ?? uri.host),
    port: uri.port,
    transport: secured ? (securedBy.get(parameter ?? 'TCP') ?? parameter) : parameter,
    socket: socketOf(destination.attrs.get('socket')),
  }
}

/** RFC 3261 §26.2.2, RFC 7118 §5: what a sips URI goes by. */
const securedBy: ReadonlyMap<string, string> = new Map([
  ['TCP', 'TLS'],
  ['WS', 'WSS'],
])

function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
}

function socketOf(text: string | undefined): string | undefined {
  const parts = /^(\w+):(.+?)(?::(\d{1,5}))?$/.exec(text ?? '')
  if (parts === null) return undefined
  const [, transport = '', address = '', port = '5060'] = parts
  return `${transport.toUpperCase()}:${normalizeAddress(withoutBrackets(address))}:${port}`
}

function pick(
  entries: readonly Entry[] | undefined,
  sender: Sender,
  setId: string | undefined,
  options: SenderOptions,
): Destination | undefined {
  let best: Entry | undefined
  let most = -1
  for (const entry of entries ?? []) {
    if (setId !== undefined && entry.destination.setId !== setId) continue
    const said = agreement(entry, sender, options)
    if (said <= most) continue
    if (options.best !== true) return entry.destination
    best = entry
    most = said
  }
  return best?.destination
}

/** How much of what the entry says the sender agrees with; -1 if it contradicts what must match. */
function agreement(entry: Entry, sender: Sender, options: SenderOptions): number {
  const { port = true, transport = false, active = false, socket = false, best = false } = options
  if (active && !entry.destination.usable) return -1
  let said = 0
  if (entry.port !== undefined) {
    if (entry.port === sender.port) said++
    else if (port || best) return -1
  }
  if (entry.transport !== undefined) {
    if (entry.transport === sender.transport) said++
    else if (transport || best) return -1
  }
  if (entry.socket !== undefined) {
    if (entry.socket === socketOfSender(sender)) said++
    else if (socket || best) return -1
  }
  return said
}

function socketOfSender({ flow }: Sender): string | undefined {
  if (flow === undefined) return undefined
  const { transport, address, port } = flow.local
  return `${transport}:${address}:${port}`
}
