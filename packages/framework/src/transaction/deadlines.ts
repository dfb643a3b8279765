/** What can wait in the queue. The two fields belong to the queue; nobody else writes them. */
export interface Timed {
  /** Milliseconds; Infinity while it does not wait. */
  dueAt: number
  /** Where it stands in the queue. */
  place: number
}

/** Which of all things that wait is due next. One queue for the whole stack. */
export declare class Deadlines<Item extends Timed> {
  readonly size: number
  /** When the next one is due; Infinity if nothing waits. */
  readonly next: number
  /** Makes it wait until `at`, or moves it there; Infinity takes it out. */
  set(item: Item, at: number): void
  /** Takes out and returns the first item that is due at `now`. */
  takeDue(now: number): Item | undefined
}
