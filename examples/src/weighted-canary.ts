/**
 * A new release gets one call in twenty, and whoever asks for it by a header gets it always. Its share is changed at run time,
 * and what it got wrong is tried again on the release that is known.
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
class Canary {
  constructor(@inject(Dispatcher) private readonly dispatcher: Dispatcher) {}

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    ctx.recordRoute()
    const wantsNew = ctx.request.headers.get('X-Release') === 'canary'
    ctx.request.headers.remove('X-Release')
    const releases = wantsNew ? ['canary', 'releases'] : ['releases']
    return ctx.relay(this.dispatcher.select(releases, ctx), { timeoutMs: 2_000 })
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    return ctx.response.status >= 500 || ctx.timedOut ? ctx.relayNext() : ctx.forward()
  }
}

export const listen = ['udp:0.0.0.0:5060']

export function edge(): Promise<App> {
  const canary = { uri: 'sip:10.0.1.20', id: 'canary' }
  return createApp({
    plugins: [
      dispatcher({
        sets: {
          releases: {
            algorithm: 'weight',
            destinations: [
              { uri: 'sip:10.0.1.10', id: 'stable', weight: 95 },
              { ...canary, weight: 5 },
            ],
          },
          canary: { destinations: [canary] },
        },
      }),
    ],
    routes: [Canary],
  })
}
