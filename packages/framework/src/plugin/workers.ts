/**
 * What a plugin sees of the other workers: processes that serve the same calls, each with an app of its own. An app
 * that runs alone has the same facility, so a plugin need not ask which it is.
 */

/** The workers, as one of them sees the others. */
export interface Workers {
  /** This one's number, from 0. A worker that takes the place of a dead one has its number. */
  readonly index: number
  readonly count: number
  /** Whether there are other processes, or may be one that takes the place of this one: only then is anybody told. */
  readonly several: boolean
  /** Whether this one does what is done once for all, such as probing. Who leads does so until it ends. */
  readonly leads: boolean
  /** Called when this worker begins to lead, after `onReady`. An app that runs alone leads from the start: never called. */
  onLead(run: () => void): void
  /** Tells all others, who hear one worker's news in order. JSON carries it. */
  tell(topic: string, news: unknown): void
  /**
   * Called when another process takes the place of this one, which finishes what it has in hand and gets nothing new. What is
   * told in it is heard by the other before its first message; what is told later, by the other alone.
   */
  onRetire(run: () => void): void
  /** What others tell. Topics are the plugin's own: begin them with its name. */
  onTold(topic: string, hear: (news: unknown) => void): void
}

/** The workers of an app that runs alone. */
export const alone: Workers = {
  index: 0,
  count: 1,
  several: false,
  leads: true,
  onLead: () => undefined,
  tell: () => undefined,
  onRetire: () => undefined,
  onTold: () => undefined,
}
