/**
 * What a `kamailio.cfg` with the module dispatcher does, by the same file `dispatcher.list`: `ds_select_dst("1", "4")` in the
 * request route, `ds_next_dst()` in the failure route, OPTIONS probing in between. The list is watched: no `ds_reload`.
 */
import {
  type App,
  createApp,
  type FailureContext,
  type Handled,
  inject,
  OnFailure,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { Dispatcher, dispatcher } from '@sipwright/plugin-dispatcher'

@Routes()
class Dispatch {
  constructor(@inject(Dispatcher) private readonly dispatcher: Dispatcher) {}

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    const destinations = this.dispatcher.select(1, ctx)
    if (destinations.isEmpty) return ctx.refuse(503, { 'Retry-After': '10' })
    ctx.recordRoute()
    // A gateway that has not even sent 100 after two seconds is given up.
    return ctx.relay(destinations, { timeoutMs: 2_000, maxAttempts: 3 })
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    const nextMayHelp = ctx.timedOut || ctx.response.status === 503 || ctx.response.status === 500
    return nextMayHelp ? ctx.relayNext() : ctx.forward()
  }
}

export const listen = ['udp:0.0.0.0:5060']

export function edge(list = 'dispatcher.list'): Promise<App> {
  return createApp({
    plugins: [
      dispatcher({
        sets: { 1: { algorithm: 'kamailio:4' } },
        source: { file: list },
        probe: { intervalMs: 10_000, threshold: 3 },
      }),
    ],
    routes: [Dispatch],
  })
}
