/**
 * A trunk to a carrier by mutual TLS: he proves by his certificate that calls are his (RFC 5922), and whoever cannot is refused
 * although the port is open to him.
 */
import {
  type App,
  createApp,
  type Handled,
  OnRequest,
  type RequestContext,
  Routes,
  Use,
} from '@sipwright/framework'
import { allowFrom, auth } from '@sipwright/plugin-auth'
import { tls } from '@sipwright/plugin-tls'

@Routes()
@Use(allowFrom('peer:sbc.carrier.example', '10.0.1.0/24'))
class Trunk {
  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    ctx.recordRoute()
    const fromCarrier = ctx.source.peerNames.includes('sbc.carrier.example')
    return fromCarrier
      ? ctx.relay({ uri: 'sip:10.0.1.10', role: 'next-hop' })
      : ctx.relay({ uri: 'sip:sbc.carrier.example;transport=tls', role: 'next-hop' })
  }

  @OnRequest('OPTIONS')
  ping(ctx: RequestContext): Handled {
    return ctx.reply(200)
  }
}

export const listen = ['tls:0.0.0.0:5061', 'udp:10.0.1.1:5060']

export interface TrunkFiles {
  /** PEM files: ours, its key, and the authorities that the carrier's must lead to. */
  readonly certificate: string
  readonly key: string
  readonly ca: string
}

const files: TrunkFiles = { certificate: 'edge.pem', key: 'edge.key', ca: 'carrier-ca.pem' }

export function edge(trunk: TrunkFiles = files): Promise<App> {
  return createApp({
    plugins: [tls({ ...trunk, clientCertificate: 'optional' }), auth({})],
    routes: [Trunk],
  })
}
