/**
 * Whose domain a call is for stands in a database: `CREATE TABLE tenant (domain TEXT PRIMARY KEY, gateway TEXT NOT NULL)` in
 * SQLite, PostgreSQL or MariaDB. Answers are remembered for a while; a domain that nobody has gets 404, a database that is away
 * 503 and never a wrong machine.
 */
import {
  type App,
  createApp,
  definePlugin,
  type Handled,
  inject,
  isSipUri,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { type Database, databaseAt } from '@sipwright/sql'
import { z } from 'zod'

class Tenants {
  readonly #database: Database
  readonly #rememberMs: number
  readonly #known = new Map<string, { readonly gateway: string | undefined; until: number }>()

  constructor(database: Database, rememberMs: number) {
    this.#database = database
    this.#rememberMs = rememberMs
  }

  async gatewayOf(domain: string, now: number): Promise<string | undefined> {
    const known = this.#known.get(domain)
    if (known !== undefined && known.until > now) return known.gateway
    const sql = 'SELECT gateway FROM tenant WHERE domain = ?'
    const [row] = await this.#database.query(sql, [domain])
    const gateway = typeof row?.['gateway'] === 'string' ? row['gateway'] : undefined
    // Strangers choose the domain: what they can make us remember has a bound.
    if (this.#known.size >= 10_000) this.#known.clear()
    this.#known.set(domain, { gateway, until: now + this.#rememberMs })
    return gateway
  }
}

/** What a route class injects, a plugin provides: opened before the first call, closed after the last one. */
const tenants = definePlugin({
  name: 'tenants',
  config: z.strictObject({ url: z.string(), rememberMs: z.number().default(10_000) }),
  setup(host, { url, rememberMs }) {
    const database = databaseAt(url)
    host.provide(Tenants, new Tenants(database, rememberMs))
    host.onClose(() => database.close())
  },
})

@Routes()
class TenantRoutes {
  constructor(@inject(Tenants) private readonly tenants: Tenants) {}

  @OnRequest('INVITE')
  async invite(ctx: RequestContext): Promise<Handled> {
    const { requestUri } = ctx.request
    if (!isSipUri(requestUri)) return ctx.refuse(416)
    let gateway: string | undefined
    try {
      gateway = await this.tenants.gatewayOf(requestUri.host.toLowerCase(), ctx.now)
    } catch {
      return ctx.refuse(503, { 'Retry-After': '5' })
    }
    if (gateway === undefined) return ctx.refuse(404)
    ctx.recordRoute()
    return ctx.relay({ uri: gateway, role: 'next-hop' }, { timeoutMs: 3_000 })
  }
}

export const listen = ['udp:0.0.0.0:5060']

export function edge(url = 'sqlite:tenants.db'): Promise<App> {
  return createApp({ plugins: [tenants({ url })], routes: [TenantRoutes] })
}
