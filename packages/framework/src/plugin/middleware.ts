/** One step before a handler, composed by `@Use` or by a plugin's `host.use`. */
import { type RequestContext } from './context.js'
import { type MaybeHandled } from './handled.js'
import { type ServiceToken } from './service.js'

/** Nothing to go on, `Handled` to end the request. There is no `next()`: in SIP the answer comes later. */
export type MiddlewareFunction = (ctx: RequestContext) => MaybeHandled | Promise<MaybeHandled>

/** A middleware that the app builds once, at start-up, with the service that it names. */
export interface Middleware {
  readonly name: string
  readonly service: ServiceToken<unknown> | undefined
  readonly create: (service: unknown) => MiddlewareFunction
}

export interface MiddlewareDefinition<Service, Options> {
  /** What `describeRoutes` prints. */
  readonly name: string
  /** Resolved once, when the app starts. */
  readonly service?: ServiceToken<Service>
  readonly create: (service: Service, options: Options) => MiddlewareFunction
}

/**
 * Makes the function that `@Use` takes:
 *
 * ```ts
 * export const allowFrom = defineMiddleware<Acl, string>({
 *   name: 'allowFrom', service: Acl,
 *   create: (acl, group) => (ctx) => (acl.holds(group, ctx.source.address) ? undefined : ctx.reply(403)),
 * })
 * ```
 */
export function defineMiddleware<Service = undefined, Options = void>(
  definition: MiddlewareDefinition<Service, Options>,
): (options: Options) => Middleware {
  return (options) => ({
    name: definition.name,
    service: definition.service,
    create: (service) => definition.create(service as Service, options),
  })
}
