/** The far ends of datagrams, and those heard of lately with what the user keeps for them. */
import { type Addon } from './addon.js'

export type Family = 4 | 6

/** Words of one record, and where in it they are. udp.c has the same. */
export const recordWords = 8
export const lengthAt = 1
export const kindAt = 1
const portAt = 2
const scopeAt = 3
const addressAt = 4

/** An address and port as the system has them; made by `UdpSocket.peer`, or from a datagram. */
export class Peer {
  readonly family: Family
  /** Numeric, as the system spells it: `192.0.2.1`, `2001:db8::1`, `fe80::1%eth0`. */
  readonly address: string
  readonly port: number
  readonly #scope: number
  readonly #first: number
  readonly #second: number
  readonly #third: number
  readonly #fourth: number

  /** From a record at `at`. */
  constructor(addon: Addon, family: Family, words: Int32Array, at: number) {
    this.family = family
    this.address = addon.format(family, words.subarray(at, at + recordWords))
    this.port = words[at + portAt]!
    this.#scope = words[at + scopeAt]!
    this.#first = words[at + addressAt]!
    this.#second = words[at + addressAt + 1]!
    this.#third = words[at + addressAt + 2]!
    this.#fourth = words[at + addressAt + 3]!
  }

  /** Whether the record at `at` has this address and port. */
  isAt(words: Int32Array, at: number): boolean {
    if (this.#first !== words[at + addressAt] || this.port !== words[at + portAt]) return false
    return (
      this.family === 4 ||
      (this.#fourth === words[at + addressAt + 3] &&
        this.#third === words[at + addressAt + 2] &&
        this.#second === words[at + addressAt + 1] &&
        this.#scope === words[at + scopeAt])
    )
  }

  /** Writes address and port into the record at `at`. */
  writeTo(words: Int32Array, at: number): void {
    words[at + portAt] = this.port
    words[at + addressAt] = this.#first
    if (this.family === 4) return
    words[at + scopeAt] = this.#scope
    words[at + addressAt + 1] = this.#second
    words[at + addressAt + 2] = this.#third
    words[at + addressAt + 3] = this.#fourth
  }
}

/** So many far ends are remembered; a power of two. A phone that shares its place with another is made anew. */
const places = 4_096

/**
 * What was made for the peers heard of lately. Each has one place, which the next of the same hash takes: a stranger
 * who invents addresses costs us the making of a value, and no memory.
 */
export class RecentPeers<Value> {
  readonly #family: Family
  readonly #peers = new Array<Peer | undefined>(places).fill(undefined)
  readonly #values = new Array<Value | undefined>(places).fill(undefined)
  readonly #make: (words: Int32Array, at: number) => { readonly peer: Peer; readonly value: Value }

  constructor(
    family: Family,
    make: (words: Int32Array, at: number) => { readonly peer: Peer; readonly value: Value },
  ) {
    this.#family = family
    this.#make = make
  }

  /** The value of the peer in the record at `at`. */
  find(words: Int32Array, at: number): Value {
    let hash = Math.imul(words[at + addressAt]! ^ (words[at + portAt]! << 16), 0x9e3779b1)
    if (this.#family === 6) {
      hash = Math.imul(hash ^ words[at + addressAt + 1]!, 0x85ebca6b)
      hash = Math.imul(hash ^ words[at + addressAt + 2]!, 0xc2b2ae35)
      hash = Math.imul(hash ^ words[at + addressAt + 3]!, 0x27d4eb2f)
    }
    const place = hash >>> 20
    if (this.#peers[place]?.isAt(words, at) === true) return this.#values[place]!
    const { peer, value } = this.#make(words, at)
    this.#peers[place] = peer
    this.#values[place] = value
    return value
  }
}
