/**
 * What the shell lends to everybody else: time, chance and a log. The floors below the server never
 * reach for them; a test hands in its own.
 */

/** Milliseconds, monotonic within a run. */
export interface Clock {
  now(): number
  /** Calls `run` once, `delayMs` from now; the function returned takes it back. */
  after(delayMs: number, run: () => void): () => void
  /**
   * How late the timers of transactions may be, so that those due at about the same time share one wake-up of the
   * process; none if absent.
   */
  readonly slackMs?: number
  /**
   * Calls `run` once, when sockets have been read again; the function returned takes it back. Absent, nothing ever waits in
   * a socket: the clock of a test.
   */
  readonly afterReading?: ((run: () => void) => () => void) | undefined
  /**
   * Milliseconds since 1970, for what outlives the process or leaves it. It may step. Absent, `now` stands for it: the
   * clock of a test.
   */
  wall?(): number
}

/** Unpredictable for strangers, repeatable in tests. */
export interface Chance {
  /** A Via branch that no other request of this process carries, magic cookie included. RFC 3261 §8.1.1.7 */
  branch(): string
  /** A From or To tag with at least 32 bits of randomness. RFC 3261 §19.3 */
  tag(): string
  /** Uniform in [0, 1). */
  random(): number
}

/** The four levels of `docs/architecture.md`; pino fits it. */
export interface Log {
  error(fields: object, text: string): void
  warn(fields: object, text: string): void
  info(fields: object, text: string): void
  debug(fields: object, text: string): void
  isLevelEnabled?(level: string): boolean
}
