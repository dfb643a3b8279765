/**
 * Asterisk machines with the fewest calls first, at most so many each, and health over HTTP: whoever answers `/status` with a
 * word of HAProxy's agent check (`up 50%`, `drain`, `down`) or JSON decides himself what he can bear.
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
class Cluster {
  constructor(@inject(Dispatcher) private readonly dispatcher: Dispatcher) {}

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    // The spare machine is asked only when all others are full, down, or have failed.
    const machines = this.dispatcher.select(['asterisk', 'spare'], ctx)
    if (machines.isEmpty) return ctx.refuse(486)
    ctx.recordRoute()
    return ctx.relay(machines, { timeoutMs: 2_000 })
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    return ctx.response.status >= 500 || ctx.timedOut ? ctx.relayNext() : ctx.forward()
  }
}

export const listen = ['udp:0.0.0.0:5060']

export interface Machines {
  readonly uris: readonly string[]
  readonly spare: string
  readonly maxLoad: number
  /** Where each is asked; `{host}` is its own. */
  readonly status: string
}

const machines: Machines = {
  uris: ['sip:10.0.1.10', 'sip:10.0.1.11'],
  spare: 'sip:10.0.2.10',
  maxLoad: 200,
  status: 'http://{host}:8088/status',
}

export function edge({ uris, spare, maxLoad, status }: Machines = machines): Promise<App> {
  return createApp({
    plugins: [
      dispatcher({
        sets: {
          asterisk: {
            algorithm: 'call-load',
            destinations: uris.map((uri) => ({ uri, maxLoad })),
          },
          spare: { destinations: [spare] },
        },
        probe: { http: { url: status, intervalMs: 2_000 } },
      }),
    ],
    routes: [Cluster],
  })
}
