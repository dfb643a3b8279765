/** A limit of a route's own: `@Use(rateLimit({ perSecond: 2, by: (ctx) => ctx.get(identity).user }))`. */
import {
  defineMiddleware,
  RateTable,
  type RequestContext,
  SipError,
  sourceOf,
} from '@sipwright/framework'
import { retryAfter } from './limit.js'

export interface RateLimitOptions {
  /** Requests on average; more than 0. */
  readonly perSecond: number
  /** Requests at once, after a pause. Default: as many as in a second, at least 1. */
  readonly burst?: number
  /** What is counted together; undefined: the request is not counted. Default: the source, IPv6 by /64. */
  readonly by?: (ctx: RequestContext) => string | undefined
  /** Keys remembered; beyond, the one that was quiet for longest is forgotten. Default 100,000. */
  readonly maxKeys?: number
}

/**
 * Refuses what comes too often: 503 with Retry-After. Throws SIPW_ERR_PLUGIN_CONFIG for a rate that is none. Of several workers
 * each counts its own.
 */
export const rateLimit = defineMiddleware<undefined, RateLimitOptions>({
  name: 'rateLimit',
  create(_service, { perSecond, burst, by = bySource, maxKeys = 100_000 }) {
    if (!(perSecond > 0)) {
      throw new SipError('SIPW_ERR_PLUGIN_CONFIG', [
        'ratelimit',
        `perSecond: expected a number above 0, found ${perSecond}`,
      ])
    }
    const rates = new RateTable({
      perSecond,
      burst: burst ?? Math.max(1, Math.ceil(perSecond)),
      maxKeys,
    })
    return (ctx) => {
      const key = by(ctx)
      const waitMs = key === undefined ? 0 : rates.take(key, ctx.now)
      return waitMs === 0 ? undefined : ctx.refuse(503, retryAfter(waitMs))
    }
  },
})

function bySource({ source }: RequestContext): string {
  return sourceOf(source.address)
}
