/**
 * Lists of address blocks (RFC 4632): which entry covers an address, the longest prefix first. A tree over the address
 * bits in one typed array, in which a node stands only where blocks end or part: a look-up costs some twenty steps among
 * a hundred thousand blocks.
 */
import { SipError } from '../errors.js'
import { normalizeAddress, portNumber } from './address.js'
import { readAddress } from './address-words.js'

/** The words of a node: its prefix (four), its length, two children, one value; 0 stands for no child, no value. */
const width = 8
const LENGTH = 4
const CHILD = 5
const VALUE = 7

/** The address in hand. */
const key = new Uint32Array(4)

export class CidrMap<Value> {
  #nodes = new Uint32Array(width * 64)
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
    const at = this.#node(readAddress(address, key) === 32 ? 1 : 2, bits) * width + VALUE
    const known = this.#nodes[at]!
    if (known > 0) this.#values[known - 1] = value
    else this.#nodes[at] = this.#values.push(value)
    return this
  }

  /** The value of the longest block that covers a numeric address; undefined if none does. */
  match(address: string): Value | undefined {
    const bits = readAddress(address, key)
    if (bits === 0) return undefined
    const nodes = this.#nodes
    let node = bits === 32 ? 1 : 2
    let found = 0
    while (node !== 0) {
      const at = node * width
      const length = nodes[at + LENGTH]!
      if (!this.#covers(at, length)) break
      found = nodes[at + VALUE]! || found
      if (length === bits) break
      node = nodes[at + CHILD + bitAt(key, length)]!
    }
    return found === 0 ? undefined : this.#values[found - 1]
  }

  /** The node of the first `bits` bits of the key, made if there is none. */
  #node(root: number, bits: number): number {
    let node = root
    for (;;) {
      const at = node * width
      const length = this.#nodes[at + LENGTH]!
      if (length === bits) return node
      const slot = at + CHILD + bitAt(key, length)
      const child = this.#nodes[slot]!
      if (child === 0) return this.#hang(slot, this.#made(bits))
      const childAt = child * width
      const childLength = this.#nodes[childAt + LENGTH]!
      const common = this.#common(childAt, Math.min(bits, childLength))
      if (common === childLength) {
        node = child
        continue
      }
      // The block ends above the child, or parts from it there.
      const above = this.#hang(slot, this.#made(common))
      const turn = bitAt(this.#nodes.subarray(childAt, childAt + 4), common)
      this.#nodes[above * width + CHILD + turn] = child
      if (common === bits) return above
      return this.#hang(above * width + CHILD + 1 - turn, this.#made(bits))
    }
  }

  /** Puts a node, which is made already as that may move them all, in a child's place. */
  #hang(slot: number, node: number): number {
    this.#nodes[slot] = node
    return node
  }

  /** A new node with the first `bits` bits of the key. */
  #made(bits: number): number {
    const node = this.#used++
    if (this.#used * width > this.#nodes.length) {
      const larger = new Uint32Array(this.#nodes.length * 2)
      larger.set(this.#nodes)
      this.#nodes = larger
    }
    const at = node * width
    for (let word = 0; word * 32 < bits; word++) {
      this.#nodes[at + word] = key[word]! & maskOf(bits - word * 32)
    }
    this.#nodes[at + LENGTH] = bits
    return node
  }

  #covers(at: number, length: number): boolean {
    const nodes = this.#nodes
    for (let word = 0, left = length; left > 0; word++, left -= 32) {
      if (((nodes[at + word]! ^ key[word]!) & maskOf(left)) !== 0) return false
    }
    return true
  }

  /** How many of the first `limit` bits the key shares with the node. */
  #common(at: number, limit: number): number {
    for (let word = 0; word * 32 < limit; word++) {
      const differs = this.#nodes[at + word]! ^ key[word]!
      if (differs !== 0) return Math.min(limit, word * 32 + Math.clz32(differs))
    }
    return limit
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
  const most = readAddress(address, new Uint32Array(4))
  const bits = slash < 0 ? most : portNumber(text.slice(slash + 1))
  if (most === 0 || bits === undefined || bits > most) throw new SipError('SIPW_ERR_CIDR', [text])
  return { address, bits }
}

/** The first `bits` bits of a word; all from 32 on. */
function maskOf(bits: number): number {
  return bits >= 32 ? -1 : -1 << (32 - bits)
}

function bitAt(words: Uint32Array, bit: number): 0 | 1 {
  return ((words[bit >> 5]! >>> (31 - (bit & 31))) & 1) as 0 | 1
}
