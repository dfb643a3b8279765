/**
 * An edge on the open internet: scanners hear nothing, floods are banned, phones prove who they are, and nobody learns the
 * addresses behind it.
 */
import { existsSync } from 'node:fs'
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
  Use,
} from '@sipwright/framework'
import { auth, digest } from '@sipwright/plugin-auth'
import { Dispatcher, dispatcher } from '@sipwright/plugin-dispatcher'
import { callPolicy, rateLimiting } from '@sipwright/plugin-ratelimit'
import { tls } from '@sipwright/plugin-tls'
import { topologyHiding } from '@sipwright/plugin-topology-hiding'

@Routes()
class SecureEdge {
  constructor(@inject(Dispatcher) private readonly dispatcher: Dispatcher) {}

  // Numbers abroad are what thieves dial: say here which your users may.
  @OnRequest('INVITE')
  @Use(digest(), callPolicy({ deny: ['00', '+'] }))
  invite(ctx: RequestContext): Handled {
    return this.#forward(ctx)
  }

  @OnRequest('REGISTER')
  @Use(digest())
  register(ctx: RequestContext): Handled {
    return this.#forward(ctx)
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    return ctx.timedOut || ctx.response.status >= 500 ? ctx.relayNext() : ctx.forward()
  }

  #forward(ctx: RequestContext): Handled {
    const backends = this.dispatcher.select('backends', ctx)
    if (backends.isEmpty) return ctx.refuse(503, { 'Retry-After': '5' })
    ctx.recordRoute()
    return ctx.relay(backends, { timeoutMs: 2_000 })
  }
}

/** Where TLS is spoken: only with a certificate. */
export const hasCertificate = existsSync('edge.pem') && existsSync('edge.key')

export function edge(users = process.env['USERS_FILE'] ?? 'users'): Promise<App> {
  const domain = process.env['DOMAIN'] ?? 'example.com'
  const backends = process.env['BACKENDS'] ?? 'sip:10.0.1.10,sip:10.0.1.11'
  return createApp({
    plugins: [
      rateLimiting({
        flood: {},
        scanners: { action: 'ban' },
        bruteForce: {},
        limits: [
          { per: 'source', perSecond: 20, burst: 40, methods: ['INVITE', 'REGISTER'] },
          { per: 'global', perSecond: 500, methods: ['INVITE', 'REGISTER'] },
        ],
      }),
      ...(hasCertificate ? [tls({ certificate: 'edge.pem', key: 'edge.key' })] : []),
      auth({ digest: { realm: domain, usersFile: users } }),
      // One phone, one backend: REGISTER and calls of a user meet.
      dispatcher({
        sets: {
          backends: {
            algorithm: 'hash-from',
            userOnly: true,
            destinations: backends.split(','),
          },
        },
      }),
      topologyHiding({ callId: true, sdp: true }),
    ],
    routes: [SecureEdge],
    domains: [domain],
  })
}
