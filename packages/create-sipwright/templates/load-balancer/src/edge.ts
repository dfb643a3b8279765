/** A load balancer: backends in turn, watched by OPTIONS, and a failed one costs the caller nothing. */
import { dashboardFolder } from '@sipwright/dashboard'
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
import { admin } from '@sipwright/plugin-admin'
import { Dispatcher, dispatcher } from '@sipwright/plugin-dispatcher'
import { trace } from '@sipwright/plugin-trace'

@Routes()
class LoadBalancer {
  constructor(@inject(Dispatcher) private readonly dispatcher: Dispatcher) {}

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    const backends = this.dispatcher.select('backends', ctx)
    if (backends.isEmpty) return ctx.refuse(503, { 'Retry-After': '5' })
    ctx.recordRoute()
    // Who has not even said 100 after two seconds is given up, and the next one is asked.
    return ctx.relay(backends, { timeoutMs: 2_000 })
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    return ctx.timedOut || ctx.response.status >= 500 ? ctx.relayNext() : ctx.forward()
  }

  @OnRequest('OPTIONS')
  ping(ctx: RequestContext): Handled {
    return ctx.reply(200)
  }
}

export function edge(): Promise<App> {
  const backends = process.env['BACKENDS'] ?? 'sip:127.0.0.1:5070,sip:127.0.0.1:5071'
  return createApp({
    plugins: [
      // The dashboard: http://127.0.0.1:8088. It needs tokens before it may leave this machine.
      admin({ port: Number(process.env['ADMIN_PORT'] ?? 8088), assets: dashboardFolder }),
      trace({ messages: 5_000 }),
      dispatcher({
        sets: { backends: { algorithm: 'round-robin', destinations: backends.split(',') } },
        probe: { intervalMs: 10_000 },
      }),
    ],
    routes: [LoadBalancer],
  })
}
