/** Routes of one function, for tests of what becomes of a call. */
import { type RequestContext } from '../plugin/context.js'
import { type Handled } from '../plugin/handled.js'
import { type ServiceToken } from '../plugin/service.js'
import { inject } from '../server/container.js'
import { OnRequest, Routes } from '../server/decorators.js'
import { type RouteClass } from '../server/route-table.js'

/** What becomes of each INVITE outside a dialog; `service` is what a plugin provides under that token. */
export function onInvite<Service>(
  token: ServiceToken<Service>,
  handle: (service: Service, ctx: RequestContext) => Handled,
): RouteClass {
  @Routes()
  class OfOneFunction {
    readonly #service: Service

    constructor(@inject(token) service: Service) {
      this.#service = service
    }

    @OnRequest('INVITE')
    invite(ctx: RequestContext): Handled {
      return handle(this.#service, ctx)
    }
  }
  return OfOneFunction
}
