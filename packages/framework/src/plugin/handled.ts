/**
 * The one way a handler ends: with a `Handled`, which only reply, relay, fork, relayNext, forward and drop
 * can make. Forgetting to answer does not compile.
 */
declare const handledBrand: unique symbol

export interface Handled {
  readonly [handledBrand]: true
}

/** What a middleware returns: nothing to go on, or the end of the request. */
export type MaybeHandled = Handled | undefined

/** The only value of its type; the contexts return it once they have acted. Not exported to users. */
export const handled = Object.freeze({}) as Handled
