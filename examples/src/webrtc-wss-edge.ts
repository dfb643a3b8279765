/**
 * Browsers call by secure WebSocket (RFC 7118), the machines behind speak UDP and are never named to them: Via, Route, Contact
 * and the owner line of descriptions leave as sealed tokens.
 */
import {
  type App,
  createApp,
  type Handled,
  inject,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { Dispatcher, dispatcher } from '@sipwright/plugin-dispatcher'
import { secureWebSockets, tls } from '@sipwright/plugin-tls'
import { topologyHiding } from '@sipwright/plugin-topology-hiding'

@Routes()
class Browsers {
  constructor(@inject(Dispatcher) private readonly dispatcher: Dispatcher) {}

  @OnRequest('INVITE', 'MESSAGE', 'REGISTER')
  forward(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay(this.dispatcher.select('media', ctx), { timeoutMs: 2_000 })
  }
}

export const listen = ['wss:0.0.0.0:8443', 'udp:0.0.0.0:5060']

export interface WebEdge {
  /** PEM files. */
  readonly certificate: string
  readonly key: string
  /** Pages that may connect. */
  readonly origins: readonly string[]
  readonly media: readonly string[]
}

const webEdge: WebEdge = {
  certificate: 'edge.pem',
  key: 'edge.key',
  origins: ['https://phone.example.com'],
  media: ['sip:10.0.1.10', 'sip:10.0.1.11'],
}

export function edge({ certificate, key, origins, media }: WebEdge = webEdge): Promise<App> {
  return createApp({
    plugins: [
      tls({ certificate, key }),
      secureWebSockets({ origins: [...origins] }),
      dispatcher({ sets: { media: { algorithm: 'hash-from', destinations: [...media] } } }),
      topologyHiding({ sdp: true, callId: true }),
    ],
    routes: [Browsers],
  })
}
