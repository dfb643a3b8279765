/**
 * Lists of address blocks (RFC 4632): which entry covers an address, the longest prefix first. A binary tree over
 * the address bits in one typed array: a look-up costs at most one step for each bit, however long the list.
 */
import { SipError } from '../errors.js'
import { ipv4Bytes, ipv6Groups, normalizeAddress, portNumber } from './address.js'

/** Two children and one value for each node; 0 stands for none. */
const fields = 3

export class CidrMap<Value> {
  #nodes = new Int32Array(fields * 64)
  /** Node 0 is nobody's child; 1 and 2 are the roots of IPv4 and IPv6. */
  #used = 3
  readonly #values: Value[] = []

  /** Number of entries. */
  get size(): number {
    return this.#values.length
  }

  /**
   * Adds `10.0.0.0/8`, `2001:db8::/32` or a single address; a second value for the same block replaces the
   * first. Throws SIPW_ERR_CIDR.
   */
  set(cidr: string, value: Value): this {
    const { address, bits } = parseCidr(cidr)
    const octets = octetsOf(address)
    let node = octets.length === 4 ? 1 : 2
    for (let bit = 0; bit < bits; bit++) node = this.#child(node, bitAt(octets, bit))
    const at = node * fields + 2
    const known = this.#nodes[at]!
    if (known > 0) this.#values[known - 1] = value
    else this.#nodes[at] = this.#values.push(value)
    return this
  }

  /** The value of the longest block that covers a numeric address; undefined if none does. */
  match(address: string): Value | undefined {
    const octets = octetsOf(normalizeAddress(address))
    const bits = octets.length * 8
    if (bits === 0) return undefined
    let node = bits === 32 ? 1 : 2
    let found = 0
    for (let bit = 0; node !== 0; bit++) {
      const value = this.#nodes[node * fields + 2]!
      if (value !== 0) found = value
      if (bit === bits) break
      node = this.#nodes[node * fields + bitAt(octets, bit)]!
    }
    return found === 0 ? undefined : this.#values[found - 1]
  }

  #child(node: number, bit: number): number {
    const at = node * fields + bit
    const known = this.#nodes[at]!
    if (known !== 0) return known
    const made = this.#used++
    if (this.#used * fields > this.#nodes.length) {
      const larger = new Int32Array(this.#nodes.length * 2)
      larger.set(this.#nodes)
      this.#nodes = larger
    }
    this.#nodes[at] = made
    return made
  }
}

/** A set of blocks. */
export class CidrList {
  readonly #blocks = new CidrMap<true>()

  /** Throws SIPW_ERR_CIDR for an entry that is no block. */
  constructor(blocks: Iterable<string> = []) {
    for (const block of blocks) this.#blocks.set(block, true)
  }

  has(address: string): boolean {
    return this.#blocks.match(address) !== undefined
  }
}

/** Address and prefix length of a block; an address alone has all its bits. Throws SIPW_ERR_CIDR. */
export function parseCidr(text: string): { readonly address: string; readonly bits: number } {
  const slash = text.indexOf('/')
  const address = normalizeAddress(slash < 0 ? text : text.slice(0, slash))
  const most = octetsOf(address).length * 8
  const bits = slash < 0 ? most : portNumber(text.slice(slash + 1))
  if (most === 0 || bits === undefined || bits > most) throw new SipError('SIPW_ERR_CIDR', [text])
  return { address, bits }
}

/** 4 or 16 octets; none for what is no address. */
function octetsOf(address: string): readonly number[] {
  if (!address.includes(':')) return ipv4Bytes(address) ?? []
  return (ipv6Groups(address) ?? []).flatMap((group) => [group >> 8, group & 255])
}

function bitAt(octets: readonly number[], bit: number): 0 | 1 {
  return ((octets[bit >> 3]! >> (7 - (bit & 7))) & 1) as 0 | 1
}
