/**
 * An edge on the open internet: scanners hear nothing, floods and guessed passwords are banned, a source has so many calls a
 * second, and nobody dials the numbers that thieves dial.
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
import { auth, digest } from '@sipwright/plugin-auth'
import { callPolicy, rateLimit, rateLimiting } from '@sipwright/plugin-ratelimit'

@Routes()
class Guarded {
  @OnRequest('INVITE')
  @Use(
    rateLimit({ perSecond: 2, burst: 5 }),
    // Every number of our own country, none of others: the longest beginning counts.
    callPolicy({ allow: ['', '0049', '+49'], deny: ['00', '+'] }),
    digest(),
  )
  invite(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay({ uri: 'sip:10.0.1.10', role: 'next-hop' })
  }
}

export const listen = ['udp:0.0.0.0:5060']

export function edge(passwords: Readonly<Record<string, string>> = {}): Promise<App> {
  const users = Object.fromEntries(
    Object.entries(passwords).map(([user, password]) => [user, { password }]),
  )
  return createApp({
    plugins: [
      rateLimiting({
        flood: { threshold: 300, windowMs: 2_000 },
        scanners: { action: 'ban' },
        bruteForce: { failures: 5, windowMs: 60_000 },
        limits: [{ per: 'global', perSecond: 200, methods: ['INVITE'] }],
      }),
      auth({ digest: { realm: 'example.com', users } }),
    ],
    routes: [Guarded],
    domains: ['example.com'],
  })
}
