/** The part of Kamailio's routing logic that has a counterpart here: conditions, and steps of route blocks. */
import { type Stretch } from '../kamailio/script.js'

/** Statuses from … to, both included. */
export type StatusRange = readonly [from: number, to: number]

export type Condition =
  | { readonly kind: 'method'; readonly methods: readonly string[] }
  /** The Request-URI names us. */
  | { readonly kind: 'for-us' }
  /** A part of the request, by the name of a key, is there at all. */
  | { readonly kind: 'has'; readonly key: string }
  | { readonly kind: 'equals'; readonly key: string; readonly text: string }
  | { readonly kind: 'matches'; readonly key: string; readonly pattern: string }
  | {
      readonly kind: 'from-set'
      readonly set: string | undefined
      /** Kamailio's bits. */
      readonly mode: number
    }
  | { readonly kind: 'set-exists'; readonly set: string }
  | { readonly kind: 'set-active'; readonly set: string }
  /** A failure route is armed. */
  | { readonly kind: 'armed' }
  /** Of a failure: what was answered. */
  | { readonly kind: 'status'; readonly ranges: readonly StatusRange[] }
  /** Of a failure: no answer at all, or it could not be sent. */
  | { readonly kind: 'silent' }
  /** A destination is left. */
  | { readonly kind: 'next' }
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }

/** What a ds_select function chooses from. */
export interface Selection {
  readonly sets: readonly { readonly set: string; readonly algorithm: string }[]
  /** Destinations tried at most; undefined: as many as there are. */
  readonly limit: number | undefined
  readonly role: 'next-hop' | 'domain'
}

export type Step = { readonly at: Stretch } & (
  | {
      readonly kind: 'if'
      readonly condition: Condition
      readonly then: readonly Step[]
      readonly otherwise: readonly Step[]
    }
  | {
      readonly kind: 'select'
      readonly selection: Selection
      readonly chosen: readonly Step[]
      readonly none: readonly Step[]
    }
  | { readonly kind: 'reply'; readonly status: number }
  | { readonly kind: 'progress'; readonly status: number }
  | { readonly kind: 'drop' }
  | { readonly kind: 'return' }
  | { readonly kind: 'call'; readonly block: Block }
  | { readonly kind: 'record-route' }
  | { readonly kind: 'arm'; readonly route: string }
  /** `fresh`: what was selected just now, instead of the next one of the same walk. */
  | { readonly kind: 'relay'; readonly fresh: boolean }
  | { readonly kind: 'mark'; readonly state: 'active' | 'trying' | 'inactive' | 'disabled' }
  /** Kept as a comment. */
  | { readonly kind: 'quote'; readonly why: string }
)

/** One route of Kamailio, as a method. */
export interface Block {
  readonly name: string
  readonly kind: 'request' | 'failure'
  readonly at: Stretch
  readonly steps: readonly Step[]
}

/** Of blocks, which many calls may ask for. */
const endings = new WeakMap<Block, boolean>()
const ever = new WeakMap<Block, boolean>()

function once(known: WeakMap<Block, boolean>, block: Block, find: () => boolean): boolean {
  let value = known.get(block)
  if (value === undefined) known.set(block, (value = find()))
  return value
}

/** Whether a request never goes on behind these steps. */
export function always(steps: readonly Step[]): boolean {
  return steps.some((step) => {
    switch (step.kind) {
      case 'reply':
      case 'drop':
      case 'relay':
        return true
      case 'if':
        return always(step.then) && always(step.otherwise)
      case 'select':
        return always(step.chosen) && always(step.none)
      case 'call':
        return endsAlways(step.block)
      default:
        return false
    }
  })
}

/** Whether nothing behind these steps in their own block is reached. */
export function leaves(steps: readonly Step[]): boolean {
  return steps.some((step) => {
    if (step.kind === 'return') return true
    if (step.kind === 'if') return leaves(step.then) && leaves(step.otherwise)
    if (step.kind === 'select') return leaves(step.chosen) && leaves(step.none)
    return always([step])
  })
}

/** Whether whoever calls the block never goes on: it ends the request on every way, and never just returns. */
export function endsAlways(block: Block): boolean {
  return once(endings, block, () => always(block.steps) && !mayReturn(block.steps))
}

/** Whether the block can end the request at all. */
export function endsEver(steps: readonly Step[]): boolean {
  return steps.some((step) => {
    switch (step.kind) {
      case 'reply':
      case 'drop':
      case 'relay':
        return true
      case 'if':
        return endsEver(step.then) || endsEver(step.otherwise)
      case 'select':
        return endsEver(step.chosen) || endsEver(step.none)
      case 'call':
        return once(ever, step.block, () => endsEver(step.block.steps))
      default:
        return false
    }
  })
}

function mayReturn(steps: readonly Step[]): boolean {
  return steps.some((step) => {
    if (step.kind === 'return') return true
    if (step.kind === 'if') return mayReturn(step.then) || mayReturn(step.otherwise)
    if (step.kind === 'select') return mayReturn(step.chosen) || mayReturn(step.none)
    return false
  })
}
