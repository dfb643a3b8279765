/** One call on one destination. */
import { type Timed } from '@sipwright/framework'
import { type Load } from './load.js'

/**
 * It is counted as long as it lies in the table of `Leases`: once put there, once taken out. It lies there while INVITEs of
 * the call wait for an answer of the destination, and while dialogs with it last. Only `Leases` writes to it.
 */
export class Lease implements Timed {
  dueAt = Infinity
  place = -1
  readonly key: string
  readonly load: Load
  /** INVITEs without final answer: two if somebody before us has forked the call. */
  open = 0
  /** Tags of the callees, as numbers: several if somebody behind us has forked the call. */
  dialogs: number[] = none
  /** It lies in the table, and counts. */
  counted = false
  /** The same call on other destinations; the one without `before` lies in the table itself. */
  before: Lease | undefined = undefined
  next: Lease | undefined = undefined

  constructor(key: string, load: Load) {
    this.key = key
    this.load = load
  }
}

const none: number[] = []

/** A lease that others know of, or have known: what a journal keeps and workers tell. */
export interface LeaseRecord {
  readonly key: string
  readonly set: string
  readonly destination: string
  readonly dialogs: readonly number[]
  /** Milliseconds that it has left. */
  readonly leftMs: number
}

/** Is told of every lease on a call that is up. */
export interface LeaseObserver {
  /** It is new, or runs out at another time, or has other dialogs. */
  held(lease: Lease): void
  released(lease: Lease): void
}
