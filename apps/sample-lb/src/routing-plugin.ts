/** Connects the routing policy and the app's own bookkeeping to the hooks of the framework. */
import { type Handled, type Plugin, type RequestContext, type Target } from '@sipwright/framework'
import { AuthEvents, identity } from '@sipwright/plugin-auth'
import { Destination } from '@sipwright/plugin-dispatcher'
import { RateLimits } from '@sipwright/plugin-ratelimit'
import { type CallsInProgress } from './calls-in-progress.js'
import { type DrainSection, redirectFor } from './config/drain-section.js'
import { type FailoverReport } from './failover-report.js'
import { RoutingPolicy } from './routing-policy.js'

/** The calls of one that retires, for who has its number then. */
const callsTopic = 'routing.calls'

export interface RoutingServices {
  readonly policy: RoutingPolicy
  readonly calls: CallsInProgress
  readonly failovers: FailoverReport
  /** While it answers a section, requests outside a dialog are turned away as that says. */
  readonly draining: () => DrainSection | undefined
}

/** Provides `RoutingPolicy` to the route class, counts calls and failovers, and turns new calls away at the end. */
export function routing({ policy, calls, failovers, draining }: RoutingServices): Plugin {
  return {
    name: 'routing',
    requires: ['ratelimit', 'auth'],
    setup(host) {
      const limits = host.resolve(RateLimits)
      host.provide(RoutingPolicy, policy)
      host.use((ctx) => {
        const section = draining()
        return section === undefined ? undefined : turnAway(ctx, section)
      })
      const authentication = host.resolve(AuthEvents)
      // A nonce of yesterday or a URI that was rewritten on the way guesses nothing.
      authentication.onFailure(({ source, user = '', fault }) => {
        if (fault === 'wrong') limits.authenticationFailed(source.flow, user)
      })
      authentication.onSuccess(({ source, user }) => {
        limits.authenticationSucceeded(source.flow, user)
      })
      host.use((ctx) => {
        const user = ctx.peek(identity)?.user
        return user === undefined ? undefined : limits.exceeded('user', user, ctx)
      })
      host.use((ctx) => {
        const set = policy.setFor(ctx.request)
        return set === undefined ? undefined : limits.exceeded('set', set, ctx)
      })
      const { workers } = host
      workers.onRetire(() => workers.tell(callsTopic, { to: workers.index, marks: calls.marks() }))
      workers.onTold(callsTopic, (news) => {
        const { to, marks } = news as { readonly to: number; readonly marks: readonly number[] }
        if (to === workers.index) calls.adopt(marks)
      })
      host.onForward(({ request, index, target }) => {
        if (request.method === 'INVITE') calls.placed(request.callId)
        if (index > 0 && destinationOf(target) !== undefined) failovers.wentOn()
      })
      host.onFailure((ctx) => {
        const destination = destinationOf(ctx.branch.target)
        if (destination === undefined || !policy.failsOver(ctx)) return
        const cause = ctx.cause === 'response' ? String(ctx.response.status) : ctx.cause
        failovers.failed(destination.id, cause, ctx.now)
      })
      host.onReply(({ request, response }) => {
        const attemptFailed = request.method === 'INVITE' && response.status >= 300
        if (attemptFailed && request.toTag === undefined) calls.ended(request.callId)
      })
      host.onDone(({ request }) => {
        if (request.method === 'BYE') calls.ended(request.callId)
      })
    },
  }
}

/** Callers go elsewhere: an INVITE where the section says, anything else, such as OPTIONS of a peer, is answered 503. */
function turnAway(ctx: RequestContext, { redirect, retryAfter }: DrainSection): Handled {
  const { method, uri } = ctx.request
  if (method === 'INVITE' && redirect !== undefined) {
    return ctx.reply(302, { Contact: redirectFor(redirect, uri) })
  }
  return ctx.reply(503, { 'Retry-After': String(Math.ceil(retryAfter / 1_000)) })
}

/** What the dispatcher chose, and not what a stranger named: the target of a request inside a dialog is its Contact. */
function destinationOf(target: Target | undefined): Destination | undefined {
  return target?.origin instanceof Destination ? target.origin : undefined
}
