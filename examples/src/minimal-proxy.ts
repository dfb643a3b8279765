/**
 * The least that is a proxy: calls and messages for one domain go to the machine behind it. Everything else that an edge owes
 * its callers is there without a word: retransmissions, CANCEL, timers, dialogs, and 403 for whoever wants to go elsewhere.
 */
import {
  type App,
  createApp,
  type Handled,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'

@Routes()
class Proxy {
  @OnRequest('INVITE', 'MESSAGE')
  forward(ctx: RequestContext): Handled {
    // In the path of the whole call, so that BYE passes here, too.
    ctx.recordRoute()
    return ctx.relay({ uri: 'sip:10.0.1.10', role: 'next-hop' })
  }

  @OnRequest('OPTIONS')
  ping(ctx: RequestContext): Handled {
    return ctx.isForUs ? ctx.reply(200) : ctx.refuse(404)
  }
}

export const listen = ['udp:0.0.0.0:5060', 'tcp:0.0.0.0:5060']

export function edge(): Promise<App> {
  return createApp({ routes: [Proxy], domains: ['example.com'] })
}
