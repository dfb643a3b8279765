/** Which hosts must not be named outside, and how a text looks that no longer names them. */
import { isNumericAddress, type LocalAddress, normalizeAddress } from '@sipwright/framework'

/** The zone that is hidden. */
export const insideZone = 'inside'

export class InsideHosts {
  readonly #zoneOf: (address: string) => string | undefined
  readonly #names: ReadonlySet<string>
  readonly #suffixes: readonly string[]

  /** `names` are host names, `*.example.internal` stands for all below. */
  constructor(zoneOf: (address: string) => string | undefined, names: readonly string[]) {
    this.#zoneOf = zoneOf
    const lower = names.map((name) => name.toLowerCase())
    this.#names = new Set(lower.filter((name) => !name.startsWith('*')))
    this.#suffixes = lower.filter((name) => name.startsWith('*')).map((name) => name.slice(1))
  }

  get hasNames(): boolean {
    return this.#names.size + this.#suffixes.length > 0
  }

  /** Lower-case, IPv6 without brackets. */
  has(host: string): boolean {
    if (isNumericAddress(host)) return this.#zoneOf(normalizeAddress(host)) === insideZone
    return this.#names.has(host) || this.#suffixes.some((suffix) => host.endsWith(suffix))
  }
}

/** What one message that leaves is hidden behind: the address of ours that its receiver knows. */
export class Disguise {
  readonly #inside: InsideHosts
  readonly #learned = new Set<string>()
  /** Some of what is hidden is a name and no address. */
  #hidesNames: boolean
  /** `192.0.2.1:5061`, IPv6 in brackets. */
  readonly hostport: string
  /** `;transport=tls`; nothing for UDP. */
  readonly transport: string
  readonly #identity: string

  constructor(inside: InsideHosts, { advertisedHost, advertisedPort, transport }: LocalAddress) {
    this.#inside = inside
    this.#hidesNames = inside.hasNames
    const host = advertisedHost.includes(':') ? `[${advertisedHost}]` : advertisedHost
    this.hostport = `${host}:${advertisedPort}`
    this.transport = transport === 'UDP' ? '' : `;transport=${transport.toLowerCase()}`
    this.#identity = advertisedPort === 5060 || advertisedPort === 5061 ? host : this.hostport
  }

  /** A host that the message itself gives away as one of the inside. */
  learn(host: string): void {
    this.#learned.add(host.toLowerCase())
    if (!isNumericAddress(host)) this.#hidesNames = true
  }

  hides(host: string): boolean {
    return this.#learned.has(host.toLowerCase()) || this.#inside.has(host.toLowerCase())
  }

  /** Whether the text names a host that is hidden. */
  isNamedIn(text: string): boolean {
    return this.mask(text) !== text
  }

  /** The text with our host in the place of every hidden one, its port with it. */
  mask(text: string): string {
    let masked = text
    if (text.includes('.')) {
      masked = text.replaceAll(ipv4, (found, address: string) =>
        this.hides(address) ? this.#identity : found,
      )
    }
    if (text.includes(':', text.indexOf(':') + 1)) {
      masked = masked.replaceAll(ipv6, (found, address: string) =>
        isNumericAddress(address) && this.hides(address) ? this.#identity : found,
      )
    }
    if (!this.#hidesNames) return masked
    return masked.replaceAll(hostName, (found, name: string | undefined) =>
      name !== undefined && this.hides(name) ? this.#identity : found,
    )
  }
}

/** What may stand behind a host. */
const port = String.raw`(?::\d{1,5}(?!\d|\.\d))?`
/** Behind anything but a digit; behind an escape too, whose last digit is none of its own. */
const ipv4 = new RegExp(
  String.raw`(?:(?<![\d.])|(?<=%[\dA-Fa-f]{2}))((?:\d{1,3}\.){3}\d{1,3})(?!\d|\.\d)${port}`,
  'g',
)
const ipv6 = new RegExp(
  String.raw`\[?(?<![\dA-Fa-f:.])([\dA-Fa-f]{0,4}(?::[\dA-Fa-f]{0,4}){2,7}(?:\.\d{1,3}){0,3})\]?${port}`,
  'g',
)
/** A user part is no host, however it reads. */
const hostName = new RegExp(
  String.raw`%[\dA-Fa-f]{2}|(?<![\w.-])([A-Za-z\d][\w-]*(?:\.[\w-]+)*)${port}(?![\w.@-])`,
  'g',
)
