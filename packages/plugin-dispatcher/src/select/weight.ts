/**
 * Shares by weight, evenly mixed: smooth weighted round robin over the groups of equal weight, and within a group each
 * in turn. Every selection each group earns what its members weigh together, the richest is chosen and pays what all
 * earned. So any integer weights hold exactly, the share of a dead destination goes to all others by their weights, and
 * a selection costs by the number of different weights and not of destinations.
 */
import { type Destination } from '../destination.js'
import { usabilityChanges } from '../health/usability.js'
import {
  defineAlgorithm,
  type Preview,
  type Ranked,
  type SelectContext,
  type Selector,
  type Walk,
} from './algorithm.js'
import { turnAfter } from './turn.js'

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

  copy(): Group {
    const copy = new Group(this.weight, this.members)
    copy.credit = this.credit
    copy.turn = this.turn
    return copy
  }
}

/** Everything that the next selection goes by. */
interface Prepared {
  readonly groups: readonly Group[]
  /** What all groups earn together. */
  readonly total: number
  /** Fallbacks only: those of weight 0, and those that were not usable and may be by now. */
  readonly last: readonly Destination[]
}

export class SmoothWeight implements Selector {
  #destinations: readonly Destination[] = []
  #groups: readonly Group[] = []
  #total = 0
  #last: readonly Destination[] = []
  #preparedAt = -1

  load(destinations: readonly Destination[]): void {
    this.#destinations = destinations
    this.#preparedAt = -1
  }

  select({ request }: SelectContext): Walk {
    if (this.#preparedAt !== usabilityChanges()) this.#prepare()
    const chosen = choose(request.method === 'INVITE', this.#groups, this.#total)
    return new GroupWalk(this.#groups, this.#last, chosen)
  }

  preview({ request }: SelectContext): Preview {
    const prepared = this.#prepared()
    const { last, total } = prepared
    const groups = prepared.groups.map((group) => group.copy())
    const credits = new Map<Destination, number>()
    for (const { members, credit, earns } of groups) {
      for (const member of members) credits.set(member, credit + earns)
    }
    const chosen = choose(request.method === 'INVITE', groups, total)
    const walk = new GroupWalk(groups, last, chosen)
    const order: Ranked[] = []
    for (let each = walk.next(); each !== undefined; each = walk.next()) {
      order.push({ destination: each, score: credits.get(each) ?? 0 })
    }
    return { order, score: 'credit of those of its weight; highest first' }
  }

  #prepare(): void {
    const { groups, total, last } = this.#prepared()
    this.#groups = groups
    this.#total = total
    this.#last = last
    this.#preparedAt = usabilityChanges()
  }

  /** For the destinations as they are now. */
  #prepared(): Prepared {
    const before = { groups: this.#groups, total: this.#total, last: this.#last }
    const current = this.#preparedAt === usabilityChanges()
    return current ? before : prepare(this.#destinations, before)
  }
}

/** Every group earns, the richest pays what all earned, and the turn of its members moves on. */
function choose(isCall: boolean, groups: readonly Group[], total: number): Destination | undefined {
  let richest: Group | undefined
  for (let index = 0; index < groups.length; index++) {
    const group = groups[index]!
    group.credit += group.earns
    if (richest === undefined || group.credit > richest.credit) richest = group
  }
  if (richest === undefined) return undefined
  const chosen = richest.members[richest.turn]!
  if (!chosen.takes(isCall)) {
    for (const group of groups) group.credit -= group.earns
    return chooseTaker(isCall, groups) ?? chosen
  }
  richest.credit -= total
  richest.turn = richest.turn + 1 === richest.members.length ? 0 : richest.turn + 1
  return chosen
}

/**
 * While the one whose turn it is may not have the request, those who may share it by their weights, as if there were no
 * others: these earn nothing. Looks at every destination.
 */
function chooseTaker(isCall: boolean, groups: readonly Group[]): Destination | undefined {
  let total = 0
  let richest: Group | undefined
  for (const group of groups) {
    const takers = group.members.filter((each) => each.takes(isCall)).length
    if (takers === 0) continue
    group.credit += group.weight * takers
    total += group.weight * takers
    if (richest === undefined || group.credit > richest.credit) richest = group
  }
  if (richest === undefined) return undefined
  richest.credit -= total
  const { members, turn } = richest
  const step = members.findIndex((_, at) => members[(turn + at) % members.length]!.takes(isCall))
  richest.turn = (turn + step + 1) % members.length
  return members[(turn + step) % members.length]
}

/** Credits and turns of the groups go on, so that whoever comes and goes often starves nobody. */
function prepare(destinations: readonly Destination[], before: Prepared): Prepared {
  const byWeight = new Map<number, Destination[]>()
  const weightless: Destination[] = []
  const unusable: Destination[] = []
  for (const destination of destinations) {
    if (!destination.usable) unusable.push(destination)
    else if (destination.weight === 0) weightless.push(destination)
    else {
      const members = byWeight.get(destination.weight)
      if (members === undefined) byWeight.set(destination.weight, [destination])
      else members.push(destination)
    }
  }
  const groups = Array.from(byWeight, ([weight, members]) => new Group(weight, members))
  const total = groups.reduce((sum, { earns }) => sum + earns, 0)
  for (const group of groups) {
    const same = before.groups.find((each) => each.weight === group.weight)
    if (same === undefined) continue
    // Credit is worth a share of one call: of the new total as much as of the old one.
    group.credit = (same.credit / before.total) * total
    group.turn = turnAfter(same.members, same.turn, group.members)
  }
  return { groups, total, last: [...weightless, ...unusable] }
}

/** The chosen one, then the others: of the group that is next in turn first. */
class GroupWalk implements Walk {
  readonly #groups: readonly Group[]
  readonly #last: readonly Destination[]
  readonly #chosen: Destination | undefined
  /** Made when the first choice has failed. */
  #others: Iterator<Destination, undefined> | undefined = undefined
  #started = false

  constructor(
    groups: readonly Group[],
    last: readonly Destination[],
    chosen: Destination | undefined,
  ) {
    this.#groups = groups
    this.#last = last
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
    // Asked when their turn comes: they may have come back since.
    for (const each of this.#last) if (each.usable) yield each
    return undefined
  }
}

export const weight = defineAlgorithm('weight', () => new SmoothWeight())

/** Kamailio's word for shares of what is usable, which is what `weight` gives anyway. */
export const relativeWeight = defineAlgorithm('relative-weight', () => new SmoothWeight())
