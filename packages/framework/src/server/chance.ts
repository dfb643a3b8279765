/** The system's randomness, drawn in blocks: one call into the generator serves hundreds of branches. */
import { randomFillSync } from 'node:crypto'
import { type Chance } from '../environment.js'
import { spell } from '../message/spelling.js'

const block = new Uint32Array(1_024)
let used = block.length
let count = 0

/** Strangers cannot guess what it yields. */
export const systemChance: Chance = {
  // Unique across restarts by what is drawn once, in this process by the counter, unpredictable by what is drawn each time.
  branch: () => beginning + spell(count++) + spell(draw()),
  tag: () => spell(draw()) + spell(draw()),
  random: () => draw() / 2 ** 32,
}

const beginning = `z9hG4bK${spell(draw())}`

function draw(): number {
  if (used === block.length) {
    randomFillSync(block)
    used = 0
  }
  return block[used++]!
}
