import {
  inject,
  OnFailure,
  OnRequest,
  Routes,
  type FailureContext,
  type Handled,
  type RequestContext,
} from '@sipwright/framework'
import { Dispatcher } from '@sipwright/plugin-dispatcher'

@Routes()
export class LoadBalancer {
  constructor(@inject(Dispatcher) private readonly dispatcher: Dispatcher) {}

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay(this.dispatcher.select('gateways', ctx), { timeoutMs: 2_000 })
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    return ctx.timedOut || ctx.response.status >= 500 ? ctx.relayNext() : ctx.forward()
  }
}
