/** What becomes an event: the news of other plugins, and figures while somebody listens. */
import { type AdminState, Dispatcher, type HealthState } from '@sipwright/plugin-dispatcher'
import { RateLimits } from '@sipwright/plugin-ratelimit'
import { type Admin } from './admin.js'
import { type CallTotals } from './metrics/traffic.js'
import { listCalls } from './routes/calls.js'
import { shownBan } from './routes/security.js'
import { changedTraces } from './routes/traces.js'
import { figuresOf, figuresQuestion, type WorkerFigures } from './routes/status.js'
import { summed } from './sums.js'
import { type DestinationLoad, summedLoads } from './worker-loads.js'

/** What workers are asked. */
export const totalsQuestion = 'totals'

/** Calls that an event names; the API has all. */
const callsTold = 50

/** From now on. The function returned ends it. */
export function publishNews(admin: Admin): () => void {
  const { host, events, times } = admin
  const dispatcher = host.find(Dispatcher)
  const limits = host.find(RateLimits)
  admin.audit.onEntry((entry) => events.publish('audit', entry))
  events.everySecond('stats', () => stats(admin))
  events.everySecond('calls', () => listCalls(admin, { limit: callsTold }))
  const seen = new Map<number, number>()
  events.everySecond('traces', async () => {
    for (const each of await changedTraces(admin, seen)) {
      events.tell('traces', JSON.stringify(each))
    }
  })
  const ends = [
    dispatcher?.onChange(({ kind, set, destination, reason, at }) => {
      const { id, uri } = destination
      events.publish('dispatcher', { kind, set, id, uri, reason, at: times.date(at) })
    }),
    dispatcher?.onPanic(({ set, panics, reason, at }) => {
      const kind = panics ? 'panic' : 'calm'
      events.publish('dispatcher', { kind, set, reason, at: times.date(at) })
    }),
    dispatcher?.onReload(() => {
      const { revision } = dispatcher
      events.publish('dispatcher', { kind: 'changed', revision, at: times.date() })
    }),
    limits?.bans.onChange((ban, banned) => {
      events.publish('security', { kind: banned ? 'banned' : 'lifted', ...shownBan(ban, times) })
    }),
    admin.config.logLines?.((line) => {
      // Who listens hears; a ring of lines would push everything else out.
      if (events.isHeard('logs')) events.tell('logs', line)
    }),
  ]
  const forget = remember(admin)
  return () => {
    forget()
    for (const end of ends) end?.()
  }
}

/** How it is at this second; counts are since the start, of all workers. */
export interface Stats extends CallTotals {
  readonly at: string
  readonly ready: boolean
  readonly calls: number
  readonly pending: number
  readonly received: number
  readonly destinations: readonly (DestinationLoad & {
    readonly set: string
    readonly id: string
    readonly state: HealthState | Exclude<AdminState, 'ready'>
    readonly latencyMs: number
  })[]
}

async function stats(admin: Admin): Promise<Stats> {
  const { host, times, readiness, metrics, colleagues } = admin
  const all = [figuresOf(host), ...(await colleagues.hear<WorkerFigures>(figuresQuestion))]
  const totals = [metrics.totals(), ...(await colleagues.hear<CallTotals>(totalsQuestion))]
  const sum = (of: (each: WorkerFigures) => number): number =>
    all.reduce((total, each) => total + of(each), 0)
  return {
    at: times.date(),
    ready: readiness.ready,
    calls: sum(({ calls }) => calls),
    pending: sum(({ pending }) => pending),
    received: sum(({ counters }) => counters['messagesReceived'] ?? 0),
    results: summed(totals.map(({ results }) => results)),
    responses: summed(totals.map(({ responses }) => responses)),
    firstResponses: summed(totals.map(({ firstResponses }) => firstResponses)),
    destinations: await destinationStats(admin),
  }
}

async function destinationStats(admin: Admin): Promise<Stats['destinations']> {
  const sets = admin.host.find(Dispatcher)?.sets() ?? []
  const loadOf = await summedLoads(admin)
  return sets.flatMap(({ destinations }) =>
    destinations.map((each) => {
      const { adminWord, health } = each.state
      return {
        set: each.setId,
        id: each.id,
        state: adminWord.state === 'ready' ? health.state : adminWord.state,
        latencyMs: Math.round(each.latency.estimate * 1_000) / 1_000,
        ...loadOf(each),
      }
    }),
  )
}

/** Remembers a point each second. The function returned ends it. */
function remember(admin: Admin): () => void {
  const { host, times, history } = admin
  if (!history.isOn || host.find(Dispatcher) === undefined) return () => undefined
  let cancel = (): void => undefined
  let ended = false
  const next = (): void => {
    cancel = host.clock.after(1_000, () => {
      const point = destinationStats(admin).then((all) => history.add(times.wall(), all))
      // Colleagues that do not answer leave a gap of a second.
      void Promise.allSettled([point]).then(() => {
        if (!ended) next()
      })
    })
  }
  next()
  return () => {
    ended = true
    cancel()
  }
}
