/** Administration as a plugin: of several workers the leading one serves, and all of them answer it. */
import { definePlugin, type Host } from '@sipwright/framework'
import { AuthEvents } from '@sipwright/plugin-auth'
import { Dispatcher } from '@sipwright/plugin-dispatcher'
import { RateLimits } from '@sipwright/plugin-ratelimit'
import { Credentials } from '@sipwright/plugin-tls'
import { type TraceFilter, Traces } from '@sipwright/plugin-trace'
import { Keyring } from './access/keyring.js'
import { Admin } from './admin.js'
import { type CallFilter } from './calls.js'
import { adminConfig } from './config.js'
import { endpoints } from './endpoints.js'
import { Events } from './events.js'
import { AdminServer } from './http/server.js'
import { publishNews, totalsQuestion } from './publishing.js'
import { callQuestion, callsQuestion, endQuestion } from './routes/calls.js'
import { reloadQuestion } from './routes/dispatcher.js'
import { metricsQuestion } from './routes/metrics.js'
import { keptOut, limitsQuestion } from './routes/security.js'
import { certificatesQuestion, logLevelQuestion, setLevel } from './routes/settings.js'
import { figuresOf, figuresQuestion } from './routes/status.js'
import {
  captureQuestion,
  traceChangesQuestion,
  traceQuestion,
  tracesQuestion,
} from './routes/traces.js'
import { probingQuestion } from './rpc/methods.js'
import { loadsQuestion, ownLoads } from './worker-loads.js'

/** Who took the lead finds the port free when the process of the last leader is gone. */
const retryMs = 1_000

/** `admin({ port: 8088, tokens: [{ name: 'ops', token: '…', scope: 'operate' }] })` */
export const admin = definePlugin({
  name: 'admin',
  config: adminConfig,
  async setup(host, config) {
    const keyring = await Keyring.of(config.tokens, host.clock)
    const services = new Admin(host, config, keyring)
    answerOthers(services)
    services.calls.watch(host)
    const server = new AdminServer(services, endpoints)
    host.provide(AdminServer, server)
    host.provide(Events, services.events)
    let endNews = (): void => undefined
    const serve = async (): Promise<void> => {
      await server.listen()
      endNews = publishNews(services)
      host.log.info({ url: server.url }, 'administration is served')
    }
    host.onReady(async () => {
      const auth = host.find(AuthEvents)
      if (auth !== undefined) services.metrics.watchAuth(auth)
      if (host.workers.leads) await serve()
    })
    const lead = new Lead(host, serve)
    host.workers.onLead(() => lead.begin())
    // The port is for who takes the place.
    host.workers.onRetire(() => {
      lead.end()
      endNews()
      services.events.close()
      void server.close()
    })
    host.onClose(async () => {
      lead.end()
      endNews()
      services.events.close()
      services.metrics.close()
      await server.close()
    })
  },
})

/** What the worker that serves asks all others. */
function answerOthers({ host, calls, colleagues, metrics }: Admin): void {
  colleagues.onAsked(figuresQuestion, () => figuresOf(host))
  colleagues.onAsked(loadsQuestion, () => ownLoads(host.find(Dispatcher)))
  colleagues.onAsked(metricsQuestion, () => metrics.families())
  colleagues.onAsked(totalsQuestion, () => metrics.totals())
  colleagues.onAsked(limitsQuestion, () => keptOut(host.find(RateLimits)))
  colleagues.onAsked(callsQuestion, (filter) => calls.list(filter as CallFilter))
  colleagues.onAsked(callQuestion, (id) => calls.find(id as string))
  colleagues.onAsked(endQuestion, (id) => calls.end(id as string))
  colleagues.onAsked(
    tracesQuestion,
    (filter) => host.find(Traces)?.list(filter as TraceFilter) ?? [],
  )
  colleagues.onAsked(traceQuestion, (id) => host.find(Traces)?.find(id as string))
  colleagues.onAsked(captureQuestion, (id) => host.find(Traces)?.capture(id as string))
  colleagues.onAsked(traceChangesQuestion, (since) =>
    host.find(Traces)?.changes(since as Record<string, number>),
  )
  colleagues.onAsked(logLevelQuestion, (level) => setLevel(host.log, level as string))
  colleagues.onAsked(reloadQuestion, async () => {
    await host.find(Dispatcher)?.reload()
  })
  colleagues.onAsked(probingQuestion, (probing) => {
    const dispatcher = host.find(Dispatcher)
    if (dispatcher !== undefined) dispatcher.probing = probing === true
  })
  colleagues.onAsked(certificatesQuestion, () => host.find(Credentials)?.reload())
}

/** Serves as soon as it can. */
class Lead {
  readonly #host: Host
  readonly #serve: () => Promise<void>
  #cancel: (() => void) | undefined = undefined
  #ended = false

  constructor(host: Host, serve: () => Promise<void>) {
    this.#host = host
    this.#serve = serve
  }

  begin(): void {
    this.#serve().catch((error: unknown) => {
      if (this.#ended) return
      const reason = error instanceof Error ? error.message : String(error)
      this.#host.log.error({ reason }, 'administration cannot be served yet')
      this.#cancel = this.#host.clock.after(retryMs, () => this.begin())
    })
  }

  end(): void {
    this.#ended = true
    this.#cancel?.()
  }
}
