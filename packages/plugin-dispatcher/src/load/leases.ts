/**
 * The calls in progress, one lease for each call and destination. How many a destination has is how many leases lie in
 * this table: a lease is put in once and taken out once, so nothing that comes twice (a BYE, a 2xx, a retried
 * INVITE) counts twice, and nothing goes below zero. A lease whose end nobody sees runs out.
 */
import { type Clock } from '@sipwright/framework'
import { callKey, tagNumber, type WithinDialog } from './call-key.js'
import { type Ledger } from './caps.js'
import { Expiry } from './expiry.js'
import { Lease, type LeaseObserver, type LeaseRecord } from './lease.js'
import { type Load } from './load.js'
import { Loads } from './loads.js'

export interface LeasesOptions {
  readonly clock: Clock
  /** Leases at most; calls beyond are not counted, and a destination with a `maxLoad` counts as full meanwhile. */
  readonly limit: number
  /** How long a call that is up may last without a sign of life, in milliseconds. */
  readonly maxDurationMs: number
  /** Makes marks that nobody else can tell to be of a destination. */
  readonly secret: string
  readonly observer?: LeaseObserver | undefined
  /** The first call that cannot be counted, again after there has been room. */
  readonly full?: () => void
}

export class Leases implements Ledger {
  /** What each destination is at. */
  readonly loads: Loads
  readonly #options: LeasesOptions
  /** By call; further destinations of the same call hang on the first. */
  readonly #calls = new Map<string, Lease>()
  readonly #expiry: Expiry
  #size = 0
  #pending = 0
  #expired = 0
  #uncounted = 0
  /** It was said that the table is full, and it has not had room to speak of since. */
  #wasFull = false

  constructor(options: LeasesOptions) {
    this.#options = options
    this.loads = new Loads(options.secret)
    this.#expiry = new Expiry(options.clock, (lease) => this.#ranOut(lease))
  }

  /** Leases in the table. */
  get size(): number {
    return this.#size
  }

  /** INVITEs without final answer, on all destinations. */
  get pending(): number {
    return this.#pending
  }

  /** Calls whose end nobody saw, since the start. */
  get expired(): number {
    return this.#expired
  }

  /** Calls that were not counted because the table was full, since the start. */
  get uncounted(): number {
    return this.#uncounted
  }

  get isFull(): boolean {
    return this.#size >= this.#options.limit
  }

  now(): number {
    return this.#options.clock.now()
  }

  // Calls that are being set up

  /** An INVITE of the call goes to that destination. Every such lease is later `dropped` or `accepted`, once for each call of this. */
  sent(key: string, load: Load): Lease {
    load.pending++
    this.#pending++
    const lease = this.#at(key, load)
    lease.open++
    return lease
  }

  /** The INVITE ended without a call. */
  dropped(lease: Lease): void {
    this.#answered(lease)
    this.#takeOutIfOver(lease)
  }

  /**
   * The destination accepted: the call is up for as long as its session may last. `calleeTag` tells the dialogs of a
   * forked call apart.
   */
  accepted(lease: Lease, calleeTag: string | undefined, sessionMs: number | undefined): void {
    this.#answered(lease)
    this.#hold(lease, tagNumber(calleeTag), sessionMs)
  }

  /** The destination accepted an INVITE that had been given up, or accepts once more for another callee. */
  acceptedLate(
    key: string,
    load: Load,
    calleeTag: string | undefined,
    sessionMs: number | undefined,
  ): void {
    const lease = this.#at(key, load)
    this.#hold(lease, tagNumber(calleeTag), sessionMs)
  }

  // Calls that are up

  /**
   * A request within the dialog was accepted: the call lives, and is counted if it was not, on the destinations that the
   * marks of its Record-Route name. `session` is how long it may last from now on, as `accepted` takes it; `unchanged`: the
   * request says nothing of that. Returns whether a call was adopted.
   */
  seen(
    request: WithinDialog,
    marks: readonly string[],
    session: number | undefined | 'unchanged',
  ): boolean {
    const { key, callee } = this.#find(request)
    const dialog = tagNumber(callee)
    let adopted = false
    for (const mark of marks) {
      const load = this.loads.marked(mark)
      if (load === undefined) continue
      const lease = this.#at(key, load)
      const isKnown = lease.dialogs.length > 0
      adopted ||= !isKnown
      if (session !== 'unchanged') this.#hold(lease, dialog, session)
      else if (!isKnown) this.#hold(lease, dialog, undefined)
    }
    return adopted
  }

  /** The dialog is over: BYE, or it is gone at the other end. Returns whether a call ended by that. */
  ended(request: WithinDialog, marks: readonly string[]): boolean {
    let ended = false
    const { first, callee } = this.#find(request)
    if (first === undefined) return false
    let lease: Lease | undefined = first
    const dialog = tagNumber(callee)
    while (lease !== undefined) {
      const { next, dialogs, load }: Lease = lease
      if (marks.length === 0 || marks.includes(load.mark)) {
        const at = dialogs.indexOf(dialog)
        if (at >= 0) {
          lease.dialogs = dialogs.toSpliced(at, 1)
          ended = true
          if (!this.#takeOutIfOver(lease)) this.#options.observer?.held(lease)
        }
      }
      lease = next
    }
    return ended
  }

  /** Another worker has the call: it is counted there. False: its INVITE is in hand here, and it stays. */
  release(keys: readonly string[], mark: string): boolean {
    for (const key of keys) {
      for (let lease = this.#calls.get(key); lease !== undefined; lease = lease.next) {
        if (lease.load.mark !== mark) continue
        if (lease.open > 0) return false
        lease.dialogs = []
        this.#takeOutIfOver(lease)
        return true
      }
    }
    return true
  }

  // What outlives the process

  /** The calls that are up. */
  *records(): IterableIterator<LeaseRecord> {
    for (const first of this.#calls.values()) {
      for (let lease: Lease | undefined = first; lease !== undefined; lease = lease.next) {
        if (lease.dialogs.length > 0) yield this.recordOf(lease)
      }
    }
  }

  recordOf({ key, load, dialogs, dueAt }: Lease): LeaseRecord {
    return {
      key,
      set: load.setId,
      destination: load.destinationId,
      dialogs,
      leftMs: Math.max(0, dueAt - this.now()),
    }
  }

  /** Puts a call of before into the table, unless it is there or there is no room. */
  restore({ key, set, destination, dialogs, leftMs }: LeaseRecord): void {
    if (this.isFull || dialogs.length === 0 || leftMs <= 0) return
    const load = this.loads.of(set, destination)
    const first = this.#calls.get(key)
    if (among(first, load) !== undefined) return
    const lease = this.#put(new Lease(key, load), first)
    lease.dialogs = [...dialogs]
    this.#expiry.set(lease, Math.min(leftMs, this.#options.maxDurationMs))
  }

  /** Nothing runs out any more. */
  close(): void {
    this.#expiry.close()
  }

  // The table

  /** The lease of that call on that destination, as it is or made now. */
  #at(key: string, load: Load): Lease {
    const first = this.#calls.get(key)
    return among(first, load) ?? this.#put(new Lease(key, load), first)
  }

  /**
   * The leases of the call that a request belongs to, its key, and the tag of its other side. Who sends it may be either: the
   * caller, unless the table says otherwise.
   */
  #find({ callId, fromTag, toTag }: WithinDialog): Found {
    const key = callKey(callId, fromTag)
    const first = this.#calls.get(key)
    if (first !== undefined) return { key, first, callee: toTag }
    const other = callKey(callId, toTag)
    const second = this.#calls.get(other)
    if (second !== undefined) return { key: other, first: second, callee: fromTag }
    return { key, first, callee: toTag }
  }

  /** Into the table behind the first of its call, where it counts; when that is full the lease is left outside. */
  #put(lease: Lease, first: Lease | undefined): Lease {
    if (this.isFull) {
      this.#uncounted++
      if (!this.#wasFull) this.#options.full?.()
      this.#wasFull = true
      return lease
    }
    if (first === undefined) this.#calls.set(lease.key, lease)
    else {
      lease.before = first
      lease.next = first.next
      if (first.next !== undefined) first.next.before = lease
      first.next = lease
    }
    lease.counted = true
    lease.load.calls++
    this.#size++
    return lease
  }

  /** Out of the table, if neither an INVITE nor a dialog keeps it there. Returns whether it is out. */
  #takeOutIfOver(lease: Lease): boolean {
    if (lease.open > 0 || lease.dialogs.length > 0) return false
    if (!lease.counted) return true
    const { key, load, before, next } = lease
    if (before !== undefined) before.next = next
    else if (next === undefined) this.#calls.delete(key)
    else this.#calls.set(key, next)
    if (next !== undefined) next.before = before
    lease.before = undefined
    lease.next = undefined
    lease.counted = false
    load.calls--
    this.#size--
    if (this.#size < this.#options.limit * 0.9) this.#wasFull = false
    if (this.#expiry.remove(lease)) this.#options.observer?.released(lease)
    return true
  }

  /** An INVITE of the lease has its final answer, or will never have one. */
  #answered(lease: Lease): void {
    lease.open--
    lease.load.pending--
    this.#pending--
  }

  #hold(lease: Lease, dialog: number, sessionMs = Infinity): void {
    if (!lease.dialogs.includes(dialog)) lease.dialogs = [...lease.dialogs, dialog]
    if (!lease.counted) return
    const { maxDurationMs, observer } = this.#options
    this.#expiry.set(lease, Math.min(sessionMs, maxDurationMs))
    observer?.held(lease)
  }

  /** Nobody has seen its end. */
  #ranOut(lease: Lease): void {
    lease.dialogs = []
    this.#expired++
    this.#options.observer?.released(lease)
    this.#takeOutIfOver(lease)
  }
}

interface Found {
  readonly key: string
  readonly first: Lease | undefined
  readonly callee: string | undefined
}

function among(first: Lease | undefined, load: Load): Lease | undefined {
  let lease = first
  while (lease !== undefined && lease.load !== load) lease = lease.next
  return lease
}
