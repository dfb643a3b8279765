/**
 * Call-IDs and tags that backends make, and how they are called outside. Nobody keeps a table, so a name itself must say
 * which side it comes from: one made inside leaves as a token, and one made outside has a mark in front of it
 * inside. RFC 3261 §8.1.1.4, §19.3
 */
import { type Disguise } from './inside-hosts.js'
import { type Seal } from './token/seal.js'

/** What a name from outside begins with inside. */
export const outsideMark = 'th1.'

export class Names {
  readonly #seal: Seal
  readonly #all: boolean

  /** `all`: every name is hidden. Otherwise only one that names a hidden host. */
  constructor(seal: Seal, all: boolean) {
    this.#seal = seal
    this.#all = all
  }

  /** As it is called outside. */
  hide(name: string, disguise: Disguise): string {
    if (!this.#all) return disguise.isNamedIn(name) ? this.#seal.seal('name', name) : name
    if (name.startsWith(outsideMark)) return name.slice(outsideMark.length)
    return this.#seal.seal('name', name)
  }

  /** As it is called inside. */
  show(name: string): string {
    return this.#seal.open('name', name) ?? (this.#all ? outsideMark + name : name)
  }
}
