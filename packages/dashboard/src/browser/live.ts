/** What happens, as it happens: one stream of events, from which all views live. */
import type { HistoryAnswer, Stats } from './answers.js'
import { may, read } from './api.js'
import { figuresSeconds } from './figures.js'
import { addSecond, noPast, type Past, pastOf } from './history.js'
import { Store } from './store.js'

export type Connection = 'connecting' | 'live' | 'lost' | 'paused'

export const connection = new Store<Connection>('connecting')
/** Of the last minute, oldest first. */
export const samples = new Store<readonly Stats[]>([])
export const past = new Store<Past>(noPast)
/** Counts what happens to destinations: who shows them looks again. */
export const dispatcherNews = new Store(0)
/** The same for bans, and for the audit. */
export const securityNews = new Store(0)
export const auditNews = new Store(0)

let source: EventSource | undefined

/** Begins to listen, after what the server remembers. */
export async function goLive(): Promise<void> {
  connection.set('connecting')
  past.set(pastOf(await read<HistoryAnswer>('/history')))
  const topics = ['dispatcher', 'stats', 'security', ...(may('operate') ? ['audit'] : [])]
  source?.close()
  source = new EventSource(`/api/v1/events?topics=${topics.join(',')}`)
  source.addEventListener('open', () => connection.set('live'))
  source.addEventListener('error', () => connection.set('lost'))
  source.addEventListener('stats', ({ data }: MessageEvent<string>) => tick(data))
  for (const [topic, news] of [
    ['dispatcher', dispatcherNews],
    ['security', securityNews],
    ['audit', auditNews],
  ] as const) {
    source.addEventListener(topic, () => news.set(news.value + 1))
  }
  source.addEventListener('gap', () => {
    for (const news of [dispatcherNews, securityNews, auditNews]) news.set(news.value + 1)
  })
}

/** What is shown stays as it is until `goLive`. */
export function pause(): void {
  source?.close()
  source = undefined
  connection.set('paused')
}

/** Lines of the log, or another topic that only one view listens to. The function returned ends it. */
export function listen(topic: string, hear: (data: string) => void): () => void {
  const stream = new EventSource(`/api/v1/events?topics=${topic}`)
  stream.addEventListener(topic, ({ data }: MessageEvent<string>) => hear(data))
  return () => stream.close()
}

function tick(data: string): void {
  const stats = JSON.parse(data) as Stats
  samples.set([...samples.value, stats].slice(-figuresSeconds))
  past.set(addSecond(past.value, stats))
}
