/** Typed slots on a request's context. A key belongs to the plugin that makes it; no declaration is merged. */

/** Names one slot. Made once per process by `contextKey`, never per request. */
export interface ContextKey<T> {
  readonly name: string
  readonly slot: number
  /** Carries the type only. */
  readonly type?: T
}

let slots = 0

/**
 * Makes a key: `export const identity = contextKey<Identity>('auth.identity')`. A middleware sets it
 * (`ctx.set(identity, …)`), what comes later reads it (`ctx.get(identity)`).
 */
export function contextKey<T>(name: string): ContextKey<T> {
  return { name, slot: slots++ }
}
