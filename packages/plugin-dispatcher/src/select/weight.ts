/**
 * Shares by weight, evenly mixed: smooth weighted round robin over the groups of equal weight, and within a group each
 * in turn. Every selection each group earns what its members weigh together, the richest is chosen and pays what all
 * earned. So any integer weights hold exactly, the share of a dead destination goes to all others by their weights, and
 * a selection costs by the number of different weights and not of destinations.
 */
import { type Destination } from '../destination.js'
import { usabilityChanges } from '../usability.js'
import { defineAlgorithm, type Selector, type Walk } from './algorithm.js'

/** Usable destinations of one weight. */
class Group {
  readonly weight: number
  readonly members: readonly Destination[]
  /** What its members weigh together. */
  readonly earns: number
  /** Earned and not yet paid. */
  credit = 0
  /** Whose turn it is among the members. */
  turn = 0

  constructor(weight: number, members: readonly Destination[]) {
    this.weight = weight
    this.members = members
    this.earns = weight * members.length
  }
}

class SmoothWeight implements Selector {
  #destinations: readonly Destination[] = []
  #groups: readonly Group[] = []
  /** What all groups earn together. */
  #total = 0
  /** Usable ones of weight 0: fallbacks only. */
  #weightless: readonly Destination[] = []
  #preparedAt = -1

  load(destinations: readonly Destination[]): void {
    this.#destinations = destinations
    this.#preparedAt = -1
  }

  select(): Walk {
    if (this.#preparedAt !== usabilityChanges()) this.#prepare()
    const groups = this.#groups
    let richest: Group | undefined
    for (let index = 0; index < groups.length; index++) {
      const group = groups[index]!
      group.credit += group.earns
      if (richest === undefined || group.credit > richest.credit) richest = group
    }
    if (richest === undefined) return new GroupWalk(groups, this.#weightless, undefined)
    richest.credit -= this.#total
    const chosen = richest.members[richest.turn]
    richest.turn = richest.turn + 1 === richest.members.length ? 0 : richest.turn + 1
    return new GroupWalk(groups, this.#weightless, chosen)
  }

  /** With the same usable destinations and weights as before, credits and turns go on; otherwise all begin anew. */
  #prepare(): void {
    this.#preparedAt = usabilityChanges()
    const byWeight = new Map<number, Destination[]>()
    const weightless: Destination[] = []
    for (const destination of this.#destinations) {
      if (!destination.usable) continue
      if (destination.weight === 0) weightless.push(destination)
      else {
        const members = byWeight.get(destination.weight)
        if (members === undefined) byWeight.set(destination.weight, [destination])
        else members.push(destination)
      }
    }
    const groups = Array.from(byWeight, ([weight, members]) => new Group(weight, members))
    // Credit is worth at most one call of the total it was earned in; against a smaller one it would be a long run.
    if (sameMembers(groups, this.#groups)) {
      for (const [index, group] of groups.entries()) {
        group.credit = this.#groups[index]!.credit
        group.turn = this.#groups[index]!.turn
      }
    }
    this.#groups = groups
    this.#total = groups.reduce((total, { earns }) => total + earns, 0)
    this.#weightless = weightless
  }
}

function sameMembers(these: readonly Group[], those: readonly Group[]): boolean {
  return (
    these.length === those.length &&
    these.every(({ weight, members }, index) => {
      const other = those[index]!
      return (
        weight === other.weight &&
        members.length === other.members.length &&
        members.every(({ id }, at) => id === other.members[at]!.id)
      )
    })
  )
}

/** The chosen one, then the others: of the group that is next in turn first, and at last those of weight 0. */
class GroupWalk implements Walk {
  readonly #groups: readonly Group[]
  readonly #weightless: readonly Destination[]
  readonly #chosen: Destination | undefined
  /** Made when the first choice has failed. */
  #others: Iterator<Destination, undefined> | undefined = undefined
  #started = false

  constructor(
    groups: readonly Group[],
    weightless: readonly Destination[],
    chosen: Destination | undefined,
  ) {
    this.#groups = groups
    this.#weightless = weightless
    this.#chosen = chosen
  }

  next(): Destination | undefined {
    if (!this.#started) {
      this.#started = true
      if (this.#chosen !== undefined) return this.#chosen
    }
    this.#others ??= this.#fallbacks()
    return this.#others.next().value
  }

  *#fallbacks(): Iterator<Destination, undefined> {
    const byCredit = this.#groups.toSorted((a, b) => b.credit + b.earns - (a.credit + a.earns))
    for (const { members, turn } of byCredit) {
      for (let step = 0; step < members.length; step++) {
        const member = members[(turn + step) % members.length]!
        if (member !== this.#chosen) yield member
      }
    }
    yield* this.#weightless
    return undefined
  }
}

export const weight = defineAlgorithm('weight', () => new SmoothWeight())
