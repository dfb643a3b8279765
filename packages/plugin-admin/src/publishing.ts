/** What becomes an event: the news of other plugins, and figures while somebody listens. */
import { Dispatcher } from '@sipwright/plugin-dispatcher'
import { RateLimits } from '@sipwright/plugin-ratelimit'
import { type Admin } from './admin.js'
import { listCalls } from './routes/calls.js'
import { shownBan } from './routes/security.js'
import { figuresOf, figuresQuestion, type WorkerFigures } from './routes/status.js'
import { summedLoads } from './worker-loads.js'

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
  return () => {
    for (const end of ends) end?.()
  }
}

async function stats(admin: Admin): Promise<unknown> {
  const { host, times, readiness } = admin
  const all = [figuresOf(host), ...(await admin.colleagues.hear<WorkerFigures>(figuresQuestion))]
  const sum = (of: (each: WorkerFigures) => number): number =>
    all.reduce((total, each) => total + of(each), 0)
  const loadOf = await summedLoads(admin)
  const sets = host.find(Dispatcher)?.sets() ?? []
  return {
    at: times.date(),
    ready: readiness.ready,
    calls: sum(({ calls }) => calls),
    pending: sum(({ pending }) => pending),
    received: sum(({ counters }) => counters['messagesReceived'] ?? 0),
    destinations: sets.flatMap(({ destinations }) =>
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
    ),
  }
}
