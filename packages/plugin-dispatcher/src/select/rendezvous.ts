/**
 * The same destination for the same key: weighted rendezvous hashing over 262,144 slots that keys fall into. Every
 * destination scores every slot by its own stable id, and the best score wins. So a removed or dead destination moves its
 * own slots only, spread over all others, and neither a restart nor the order of lines moves any.
 *
 * The winner of a slot is looked for when a key first falls into it, among all destinations whether usable or not, and
 * remembered until a reload: from then on a selection costs the same among a thousand as among two, and whoever comes back
 * has his slots again. Who stands in for a dead one is remembered until the next change.
 *
 * So many slots, because the shares of a thousand destinations come from about 262 slots each: six per cent of spread.
 */
import { type Destination } from '../destination.js'
import { usabilityChanges } from '../health/usability.js'
import {
  type Preview,
  type Ranked,
  type SelectContext,
  type Selector,
  type Walk,
} from './algorithm.js'
import { type KeyOf } from './key.js'

const slots = 262_144
/** With so few, looking costs no more than remembering. */
const few = 4
const unknown = -1

export class Rendezvous implements Selector {
  readonly #keyOf: KeyOf
  /** Nobody has more than so many times its share of all calls; 0: no such bound. */
  readonly #bound: number
  /** Where a request has no key. */
  readonly #keyless: Selector | undefined
  #destinations: readonly Destination[] = []
  /** Two words per destination: the hash of its id. */
  #ids = new Int32Array(0)
  /** By slot, the best of all; made when there are many. */
  #winners = new Int32Array(0)
  /** By slot, the best of the usable ones as they were at `#changes`; made when somebody is dead. */
  #standIns = new Int32Array(0)
  #changes = -1

  /** `keyless` orders requests that have no key; without it their Call-ID is the key. */
  constructor(keyOf: KeyOf, bound = 0, keyless?: Selector) {
    this.#keyOf = keyOf
    this.#bound = bound
    this.#keyless = keyless
  }

  load(destinations: readonly Destination[]): void {
    this.#keyless?.load(destinations)
    this.#destinations = destinations
    this.#ids = new Int32Array(destinations.length * 2)
    destinations.forEach(({ id }, index) => {
      this.#ids[index * 2] = hash(id, idSeed)
      this.#ids[index * 2 + 1] = hash(id, ~idSeed)
    })
    this.#winners = new Int32Array(destinations.length > few ? slots : 0).fill(unknown)
    this.#standIns = new Int32Array(0)
  }

  beginAt(share: number): void {
    this.#keyless?.beginAt?.(share)
  }

  select(ctx: SelectContext): Walk {
    const key = ctx.key ?? this.#keyOf(ctx)
    if (key === undefined && this.#keyless !== undefined) return this.#keyless.select(ctx)
    const slot = hash(key ?? ctx.request.callId, keySeed) & (slots - 1)
    const walk = new ScoreWalk(this.#destinations, this.#ids, slot)
    if (this.#bound > 0) return new BoundedWalk(walk, roomOf(this.#destinations, this.#bound))
    const winners = this.#winners
    if (winners.length === 0) return walk
    let first = winners[slot]!
    if (first === unknown) winners[slot] = first = walk.best(true)
    walk.beginWith(this.#destinations[first]!.usable ? first : this.#standIn(slot, walk))
    return walk
  }

  preview(ctx: SelectContext): Preview {
    const key = ctx.key ?? this.#keyOf(ctx)
    if (key === undefined && this.#keyless?.preview !== undefined) return this.#keyless.preview(ctx)
    const slot = hash(key ?? ctx.request.callId, keySeed) & (slots - 1)
    const scores = new ScoreWalk(this.#destinations, this.#ids, slot)
    const costs = new Map<Destination, number>()
    for (let each = scores.next(); each !== undefined; each = scores.next()) {
      costs.set(each, scores.cost)
    }
    const plain = new ScoreWalk(this.#destinations, this.#ids, slot)
    const walk =
      this.#bound > 0 ? new BoundedWalk(plain, roomOf(this.#destinations, this.#bound)) : plain
    const order: Ranked[] = []
    for (let each = walk.next(); each !== undefined; each = walk.next()) {
      order.push({ destination: each, score: costs.get(each) ?? Infinity })
    }
    return { order, score: 'cost by the hash of key and id; least first' }
  }

  #standIn(slot: number, walk: ScoreWalk): number {
    if (this.#standIns.length === 0) this.#standIns = new Int32Array(slots).fill(unknown)
    else if (this.#changes !== usabilityChanges()) this.#standIns.fill(unknown)
    this.#changes = usabilityChanges()
    const known = this.#standIns[slot]!
    return known === unknown ? (this.#standIns[slot] = walk.best(false)) : known
  }
}

/** The best score, then the next best. Nothing is sorted: each step looks for the best behind the last one. */
class ScoreWalk implements Walk {
  readonly #destinations: readonly Destination[]
  readonly #ids: Int32Array
  readonly #keyA: number
  readonly #keyB: number
  #lastCost = -1
  #lastIndex = -1
  /** The first choice where it is known before it is asked for; -1 otherwise. */
  #first = unknown

  constructor(destinations: readonly Destination[], ids: Int32Array, slot: number) {
    this.#destinations = destinations
    this.#ids = ids
    this.#keyA = mixed(slot ^ keySeed)
    this.#keyB = mixed(slot ^ ~keySeed)
  }

  /** What the one that was yielded last scored. */
  get cost(): number {
    return this.#lastCost
  }

  /** The first choice is this one; -1: still to be looked for. */
  beginWith(first: number): void {
    this.#first = first
  }

  next(): Destination | undefined {
    const best = this.#first >= 0 ? this.#first : this.best(false)
    this.#first = unknown
    if (best < 0) return undefined
    const destination = this.#destinations[best]!
    this.#lastCost = this.#cost(best, destination.weight)
    this.#lastIndex = best
    return destination
  }

  /** The best behind the last one, among `all` or the usable ones; -1 if there is none. */
  best(all: boolean): number {
    let best = -1
    let least = Infinity
    for (let index = 0; index < this.#destinations.length; index++) {
      const destination = this.#destinations[index]!
      if (!all && !destination.usable) continue
      const cost = this.#cost(index, destination.weight)
      if (!this.#isBehindLast(cost, index)) continue
      if (best >= 0 && cost >= least) continue
      best = index
      least = cost
    }
    return best
  }

  #isBehindLast(cost: number, index: number): boolean {
    return cost > this.#lastCost || (cost === this.#lastCost && index > this.#lastIndex)
  }

  /** Exponentially distributed with rate `weight`: the least of them falls to each by its share of the weights. */
  #cost(index: number, weight: number): number {
    if (weight === 0) return Infinity
    const a = mixed(this.#keyA ^ this.#ids[index * 2]!)
    const b = mixed((this.#keyB + this.#ids[index * 2 + 1]! + a) | 0)
    const uniform = ((a >>> 0) * 0x20_0000 + (b >>> 11) + 0.5) / 0x20_0000_0000_0000
    return -Math.log(uniform) / weight
  }
}

/** Those with room in the order of their scores, then the others. Where the key has its home is not forgotten. */
class BoundedWalk implements Walk {
  readonly #walk: Walk
  /** Calls for each unit of weight, at most. */
  readonly #room: number
  readonly #crowded: Destination[] = []
  #next = 0

  constructor(walk: Walk, room: number) {
    this.#walk = walk
    this.#room = room
  }

  next(): Destination | undefined {
    for (let each = this.#walk.next(); each !== undefined; each = this.#walk.next()) {
      if (each.load.calls < Math.ceil(this.#room * each.weight)) return each
      this.#crowded.push(each)
    }
    return this.#crowded[this.#next++]
  }
}

/** What each unit of weight may have, so that nobody has more than `bound` times its share, the next call included. */
function roomOf(destinations: readonly Destination[], bound: number): number {
  let calls = 0
  let weights = 0
  for (const { usable, load, weight } of destinations) {
    calls += load.calls
    if (usable) weights += weight
  }
  return weights === 0 ? 0 : (bound * (calls + 1)) / weights
}

const keySeed = 0x2c1b_3c6d
const idSeed = 0x297a_2d39

/** FNV-1a over the characters, finished by `mixed`. */
function hash(text: string, seed: number): number {
  let word = seed ^ 0x811c_9dc5
  for (let index = 0; index < text.length; index++) {
    word = Math.imul(word ^ text.charCodeAt(index), 0x0100_0193)
  }
  return mixed(word)
}

/** MurmurHash3's finaliser: every bit of the word changes every other. */
function mixed(word: number): number {
  let bits = word
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35)
  return bits ^ (bits >>> 16)
}
