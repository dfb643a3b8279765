/**
 * Which of all things that wait is due next: one queue for the whole stack, one entry per transaction.
 *
 * Nearly everything waits for one of a few fixed times (T1, T4, 64·T1 …) and is set in the order of the
 * clock, so the deadlines of one duration come sorted by themselves. The queue therefore keeps lanes: each
 * is a list in order of time that is only ever appended to, and a new deadline joins the lane whose last
 * one is nearest before it. Lanes need not be told the durations; as many form as there are durations in
 * use. Adding and removing are a few array writes, whatever the number that waits. A heap takes what fits
 * no lane (times without any order), so that the worst case stays logarithmic.
 *
 * An indexed heap alone was the other choice. Most entries linger for 64·T1, and each Timer A or E would
 * climb past all of them and be taken out again from the top: several times the cost at 200,000 entries.
 */

/** What can wait in the queue. The two fields belong to the queue; nobody else writes them. */
export interface Timed {
  /** Milliseconds; Infinity while it does not wait, and so to begin with. */
  dueAt: number
  /** Where it stands in the queue; means nothing while it does not wait. */
  place: number
}

const maxLanes = 24
const none = -1
const inHeap = -1

/** Which of all things that wait is due next. One queue for the whole stack. */
export class Deadlines<Item extends Timed> {
  #size = 0
  /** By slot, the `place` of an item: the item, its time, its neighbours, its lane. */
  readonly #items: (Item | undefined)[] = []
  #at = new Float64Array(64)
  /** In a lane the one in front; in the heap the position there. */
  #before = new Int32Array(64)
  /** In a lane the one behind; in a free slot the next free one. */
  #after = new Int32Array(64)
  #lane = new Int8Array(64)
  #free = none

  /** By lane: first and last slot, and their times. */
  #lanes = 0
  readonly #first = new Int32Array(maxLanes).fill(none)
  readonly #last = new Int32Array(maxLanes).fill(none)
  readonly #firstAt = new Float64Array(maxLanes).fill(Infinity)
  readonly #lastAt = new Float64Array(maxLanes).fill(-Infinity)

  /** Slots, earliest first in heap order. */
  readonly #heap: number[] = []

  /** How many wait. */
  get size(): number {
    return this.#size
  }

  /** When the next one is due; Infinity if nothing waits. */
  get next(): number {
    const slot = this.#earliest()
    return slot === none ? Infinity : this.#at[slot]!
  }

  /** Makes it wait until `at`, or moves it there; Infinity takes it out. */
  set(item: Item, at: number): void {
    if (item.dueAt !== Infinity) this.#remove(item)
    // Written so that NaN does not wait either: it could not be ordered.
    if (!(at < Infinity)) return
    const slot = this.#takeSlot()
    this.#items[slot] = item
    this.#at[slot] = at
    item.dueAt = at
    item.place = slot
    this.#size++
    const lane = this.#laneFor(at)
    if (lane === none) this.#pushHeap(slot)
    else this.#append(lane, slot, at)
  }

  /** Takes out and returns the first item that is due at `now`. */
  takeDue(now: number): Item | undefined {
    const slot = this.#earliest()
    if (slot === none || this.#at[slot]! > now) return undefined
    const item = this.#items[slot]!
    this.#remove(item)
    return item
  }

  #earliest(): number {
    let slot = this.#heap.length > 0 ? this.#heap[0]! : none
    let at = slot === none ? Infinity : this.#at[slot]!
    for (let lane = 0; lane < this.#lanes; lane++) {
      if (this.#firstAt[lane]! < at) {
        at = this.#firstAt[lane]!
        slot = this.#first[lane]!
      }
    }
    return slot
  }

  /** The lane whose last deadline is nearest before this one; an empty or a new lane if there is none. */
  #laneFor(at: number): number {
    let best = none
    for (let lane = 0; lane < this.#lanes; lane++) {
      const lastAt = this.#lastAt[lane]!
      if (lastAt <= at && (best === none || lastAt > this.#lastAt[best]!)) best = lane
    }
    if (best === none && this.#lanes < maxLanes) best = this.#lanes++
    return best
  }

  #append(lane: number, slot: number, at: number): void {
    const last = this.#last[lane]!
    this.#lane[slot] = lane
    this.#before[slot] = last
    this.#after[slot] = none
    if (last === none) {
      this.#first[lane] = slot
      this.#firstAt[lane] = at
    } else {
      this.#after[last] = slot
    }
    this.#last[lane] = slot
    this.#lastAt[lane] = at
  }

  #remove(item: Item): void {
    const slot = item.place
    const lane = this.#lane[slot]!
    if (lane === inHeap) this.#removeFromHeap(this.#before[slot]!)
    else this.#unlink(lane, slot)
    this.#items[slot] = undefined
    this.#after[slot] = this.#free
    this.#free = slot
    this.#size--
    item.dueAt = Infinity
    item.place = none
  }

  #unlink(lane: number, slot: number): void {
    const before = this.#before[slot]!
    const after = this.#after[slot]!
    if (before === none) {
      this.#first[lane] = after
      this.#firstAt[lane] = after === none ? Infinity : this.#at[after]!
    } else {
      this.#after[before] = after
    }
    if (after === none) {
      this.#last[lane] = before
      this.#lastAt[lane] = before === none ? -Infinity : this.#at[before]!
    } else {
      this.#before[after] = before
    }
  }

  #takeSlot(): number {
    const slot = this.#free
    if (slot !== none) {
      this.#free = this.#after[slot]!
      return slot
    }
    const added = this.#items.length
    if (added === this.#at.length) this.#grow()
    this.#items.push(undefined)
    return added
  }

  #grow(): void {
    const length = this.#at.length * 2
    const at = new Float64Array(length)
    at.set(this.#at)
    this.#at = at
    const before = new Int32Array(length)
    before.set(this.#before)
    this.#before = before
    const after = new Int32Array(length)
    after.set(this.#after)
    this.#after = after
    const lane = new Int8Array(length)
    lane.set(this.#lane)
    this.#lane = lane
  }

  #pushHeap(slot: number): void {
    this.#lane[slot] = inHeap
    this.#heap.push(slot)
    this.#rise(this.#heap.length - 1, slot)
  }

  #removeFromHeap(position: number): void {
    const moved = this.#heap.pop()!
    if (position === this.#heap.length) return
    if (position > 0 && this.#at[moved]! < this.#at[this.#heap[(position - 1) >> 1]!]!) {
      this.#rise(position, moved)
    } else {
      this.#sink(position, moved)
    }
  }

  #rise(from: number, slot: number): void {
    const at = this.#at[slot]!
    let position = from
    while (position > 0) {
      const parent = (position - 1) >> 1
      const above = this.#heap[parent]!
      if (this.#at[above]! <= at) break
      this.#putInHeap(position, above)
      position = parent
    }
    this.#putInHeap(position, slot)
  }

  #sink(from: number, slot: number): void {
    const at = this.#at[slot]!
    const length = this.#heap.length
    let position = from
    for (;;) {
      let child = position * 2 + 1
      if (child >= length) break
      if (child + 1 < length && this.#at[this.#heap[child + 1]!]! < this.#at[this.#heap[child]!]!) {
        child++
      }
      const below = this.#heap[child]!
      if (this.#at[below]! >= at) break
      this.#putInHeap(position, below)
      position = child
    }
    this.#putInHeap(position, slot)
  }

  #putInHeap(position: number, slot: number): void {
    this.#heap[position] = slot
    this.#before[slot] = position
  }
}
