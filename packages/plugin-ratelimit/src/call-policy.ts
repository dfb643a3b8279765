/**
 * Where a caller may call: `@Use(callPolicy({ decide: … }))`. Toll fraud is calls to numbers that nobody here calls, many and at
 * night (security.md §3 row 32); who may call where is for the operator to say.
 */
import { defineMiddleware, isSipUri, type RequestContext } from '@sipwright/framework'

export interface CallPolicyOptions {
  /** Beginnings of numbers that may be called; absent: any that `deny` does not name. */
  readonly allow?: readonly string[]
  /** Beginnings of numbers that may not: `['00', '+']` for every international call. */
  readonly deny?: readonly string[]
  /** The last word, by account, source or hour: a reason is for the log and refuses the call. */
  readonly decide?: (ctx: RequestContext, number: string) => string | undefined
}

/** Looks at INVITEs outside dialogs; refuses with 403. The longest beginning that fits counts, `deny` before `allow`. */
export const callPolicy = defineMiddleware<undefined, CallPolicyOptions>({
  name: 'callPolicy',
  create:
    (_service, { allow, deny = [], decide }) =>
    (ctx) => {
      if (ctx.request.method !== 'INVITE') return undefined
      const number = numberOf(ctx)
      const denied = longest(deny, number)
      const allowed = allow === undefined ? 0 : longest(allow, number)
      if (allowed < 0 || (denied >= Math.max(allowed, 0) && denied >= 0)) return ctx.refuse(403)
      return decide?.(ctx, number) === undefined ? undefined : ctx.refuse(403)
    },
})

/** The user of the Request-URI, or the number of a tel URI. */
function numberOf({ request: { requestUri } }: RequestContext): string {
  if (isSipUri(requestUri)) return requestUri.user ?? ''
  return requestUri.rest.split(';')[0] ?? ''
}

/** The length of the longest beginning that fits; -1: none does. */
function longest(beginnings: readonly string[], number: string): number {
  const fitting = beginnings.filter((each) => number.startsWith(each))
  return Math.max(-1, ...fitting.map(({ length }) => length))
}
