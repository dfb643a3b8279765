/** Every message goes to a Homer as HEP3, its secrets blackened; the last calls stay here, too, with the reason of every turn. */
import {
  type App,
  createApp,
  type Handled,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { hep, trace } from '@sipwright/plugin-trace'

@Routes()
class Observed {
  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay({ uri: 'sip:10.0.1.10', role: 'next-hop' })
  }
}

export const listen = ['udp:0.0.0.0:5060']

export function edge(homer = 'udp:127.0.0.1:9060'): Promise<App> {
  return createApp({
    plugins: [trace({ messages: 20_000 }), hep({ server: homer, captureId: 2001 })],
    routes: [Observed],
  })
}
