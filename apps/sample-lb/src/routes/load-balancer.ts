/** The route of the load balancer: what happens to a request outside a dialog. */
import {
  type FailureContext,
  type Handled,
  inject,
  OnFailure,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { Dispatcher } from '@sipwright/plugin-dispatcher'
import { RoutingPolicy } from '../routing-policy.js'

@Routes()
export class LoadBalancer {
  constructor(
    @inject(Dispatcher) private readonly dispatcher: Dispatcher,
    @inject(RoutingPolicy) private readonly policy: RoutingPolicy,
  ) {}

  @OnRequest('*')
  request(ctx: RequestContext): Handled {
    if (this.policy.asksUs(ctx.request)) return ctx.reply(200)
    const set = this.policy.setFor(ctx.request)
    if (set === undefined) return ctx.refuse(404)
    if (!this.dispatcher.exists(set)) return ctx.refuse(this.policy.noDestination)
    const destinations = this.dispatcher.select(set, ctx)
    if (destinations.isEmpty) return ctx.refuse(this.policy.noDestination)
    if (this.policy.staysInPath(ctx.request)) ctx.recordRoute()
    return ctx.relay(destinations, this.policy.relayOptions)
  }

  @OnFailure('*')
  failed(ctx: FailureContext): Handled {
    return this.policy.failsOver(ctx) ? ctx.relayNext() : ctx.forward()
  }
}
