/** Middleware in reading order, then the handler. Sync until someone waits. */
import { type RequestContext } from './context.js'
import { type Handled, type MaybeHandled } from './handled.js'
import { type MiddlewareFunction } from './middleware.js'

export type RequestHandler = (ctx: RequestContext) => Handled | Promise<Handled>

/**
 * Runs steps until one returns a `Handled`. A promise appears only when a step returned one, so that a chain
 * of plain functions costs no microtask.
 */
export function runPipeline(
  steps: readonly MiddlewareFunction[],
  ctx: RequestContext,
  from = 0,
): MaybeHandled | Promise<MaybeHandled> {
  for (let index = from; index < steps.length; index++) {
    const outcome = steps[index]!(ctx)
    if (outcome === undefined) continue
    if (!isPromise(outcome)) return outcome
    return outcome.then((handled) => handled ?? runPipeline(steps, ctx, index + 1))
  }
  return undefined
}

/** Whether a handler chose to wait. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | undefined)?.then === 'function'
}
