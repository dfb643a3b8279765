/**
 * Phones prove who they are before a call leaves: digest with SHA-256 and MD5, a caller can only be himself, and the machines
 * behind hear of him as P-Asserted-Identity (RFC 3325) and never see his credentials.
 */
import {
  type App,
  createApp,
  type Handled,
  identity,
  OnRequest,
  type RequestContext,
  Routes,
  Use,
} from '@sipwright/framework'
import { auth, digest } from '@sipwright/plugin-auth'

@Routes()
class Phones {
  @OnRequest('INVITE')
  @Use(digest({ ownNameOnly: ['INVITE'] }))
  invite(ctx: RequestContext): Handled {
    const { user } = ctx.get(identity)
    ctx.recordRoute()
    const gateway = user.startsWith('sales') ? 'sip:10.0.1.11' : 'sip:10.0.1.10'
    return ctx.relay({ uri: gateway, role: 'next-hop' })
  }

  // Whether we are there is nobody's secret.
  @OnRequest('OPTIONS')
  ping(ctx: RequestContext): Handled {
    return ctx.reply(200)
  }
}

export const listen = ['udp:0.0.0.0:5060', 'tcp:0.0.0.0:5060']

export function edge(passwords: Readonly<Record<string, string>> = {}): Promise<App> {
  const users = Object.fromEntries(
    Object.entries(passwords).map(([user, password]) => [user, { password }]),
  )
  return createApp({
    plugins: [auth({ digest: { realm: 'example.com', users } })],
    routes: [Phones],
    domains: ['example.com'],
    // Who is told of identities; to all others they are removed.
    zones: { inside: ['10.0.1.0/24'] },
  })
}
