/** One domain, and one machine behind it. */
import {
  type App,
  createApp,
  type Handled,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'

const backend = process.env['BACKEND'] ?? 'sip:127.0.0.1:5070'

@Routes()
class Edge {
  @OnRequest('INVITE', 'MESSAGE')
  forward(ctx: RequestContext): Handled {
    // We stay in the path of the call: BYE comes by here, too.
    ctx.recordRoute()
    return ctx.relay({ uri: backend, role: 'next-hop' })
  }

  @OnRequest('OPTIONS')
  ping(ctx: RequestContext): Handled {
    return ctx.isForUs ? ctx.reply(200) : ctx.refuse(404)
  }
}

export function edge(): Promise<App> {
  return createApp({ routes: [Edge], domains: [process.env['DOMAIN'] ?? 'example.com'] })
}
