/**
 * How often each of any number of keys has come, in memory that does not depend on how many there are: a count-min sketch with
 * conservative update. It never says too little; it says too much of a key by about what has come in all, divided by the width.
 */

const rows = 4
/** Cells of a row: a power of two. 4 × 65,536 × 2 octets are half a megabyte. */
const width = 65_536

export class Sketch {
  readonly #cells = new Uint16Array(rows * width)
  readonly #at = new Int32Array(rows)

  /** One more of this key; how many it has been at most. */
  add(key: string): number {
    let hash = 0x811c9dc5
    for (let index = 0; index < key.length; index++) {
      hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
    }
    let least = 0xffff
    for (let row = 0; row < rows; row++) {
      // A finalizer of MurmurHash3, seeded by the row: rows must not collide together.
      let mixed = hash ^ Math.imul(row + 1, 0x9e3779b1)
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
      const cell = row * width + ((mixed ^ (mixed >>> 16)) & (width - 1))
      this.#at[row] = cell
      const count = this.#cells[cell]!
      if (count < least) least = count
    }
    const count = Math.min(least + 1, 0xffff)
    for (let row = 0; row < rows; row++) {
      const cell = this.#at[row]!
      if (this.#cells[cell]! < count) this.#cells[cell] = count
    }
    return count
  }

  clear(): void {
    this.#cells.fill(0)
  }
}
