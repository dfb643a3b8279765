/**
 * The one way a handler ends: with a `Handled`, which only reply, relay, fork, relayNext, forward and drop
 * can make. Forgetting to answer does not compile.
 */
declare const handled: unique symbol

export interface Handled {
  readonly [handled]: true
}

/** What a middleware returns: nothing to go on, or the end of the request. */
export type MaybeHandled = Handled | undefined
