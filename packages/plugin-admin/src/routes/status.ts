/** What runs here, and how it is, at a glance. */
import { type Host } from '@sipwright/framework'
import { Dispatcher } from '@sipwright/plugin-dispatcher'
import { z } from 'zod'
import { endpoint } from '../http/endpoint.js'
import { summed } from '../sums.js'

export const statusSchema = z
  .object({
    node: z.string(),
    version: z.string(),
    nodeVersion: z.string().describe('Of Node.js.'),
    startedAt: z.iso.datetime(),
    uptimeSeconds: z.number(),
    ready: z.boolean(),
    reasons: z.array(z.string()).describe('Why it is not ready.'),
    workers: z.object({
      count: z.number().int(),
      serving: z.number().int().describe('The worker that answers this.'),
      answered: z.number().int().describe('Workers whose figures are in the sums.'),
    }),
    listeners: z.array(
      z.object({
        transport: z.string(),
        address: z.string(),
        port: z.number().int(),
        zone: z.string(),
      }),
    ),
    calls: z.object({
      active: z.number().int().describe('Counted on destinations: ringing and up.'),
      pending: z.number().int().describe('INVITEs without final answer.'),
    }),
    transactions: z.object({ server: z.number().int(), client: z.number().int() }),
    counters: z.record(z.string(), z.number()).describe('Since the start, of all workers.'),
    destinations: z.object({ total: z.number().int(), usable: z.number().int() }),
  })
  .meta({ id: 'Status' })

/** What each worker adds to the sums. */
export interface WorkerFigures {
  readonly calls: number
  readonly pending: number
  readonly servers: number
  readonly clients: number
  readonly counters: Readonly<Record<string, number>>
}

export const statusEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/status',
    id: 'status',
    tag: 'status',
    summary: 'What runs here, and how it is.',
    scope: 'read',
    answer: statusSchema,
    handle: async ({ admin }) => {
      const { host, times, readiness } = admin
      const all = [
        figuresOf(host),
        ...(await admin.colleagues.hear<WorkerFigures>(figuresQuestion)),
      ]
      const sum = (of: (each: WorkerFigures) => number): number =>
        all.reduce((total, each) => total + of(each), 0)
      const destinations =
        host
          .find(Dispatcher)
          ?.sets()
          .flatMap((set) => set.destinations) ?? []
      return {
        node: admin.config.node,
        version: admin.version,
        nodeVersion: process.versions.node,
        startedAt: times.date(admin.startedAt),
        uptimeSeconds: Math.floor((times.now() - admin.startedAt) / 1_000),
        ready: readiness.ready,
        reasons: readiness.reasons,
        workers: {
          count: host.workers.count,
          serving: host.workers.index,
          answered: all.length,
        },
        listeners: host.figures().listeners.map(({ transport, address, port, zone }) => ({
          transport,
          address,
          port,
          zone,
        })),
        calls: { active: sum(({ calls }) => calls), pending: sum(({ pending }) => pending) },
        transactions: {
          server: sum(({ servers }) => servers),
          client: sum(({ clients }) => clients),
        },
        counters: summed(all.map(({ counters }) => counters)),
        destinations: {
          total: destinations.length,
          usable: destinations.filter(({ usable }) => usable).length,
        },
      }
    },
  }),
]

/** What a worker is asked for its share of the status. */
export const figuresQuestion = 'figures'

export function figuresOf(host: Pick<Host, 'figures' | 'find'>): WorkerFigures {
  const { counters, serverTransactions, clientTransactions } = host.figures()
  const leases = host.find(Dispatcher)?.leases
  return {
    calls: leases?.size ?? 0,
    pending: leases?.pending ?? 0,
    servers: serverTransactions,
    clients: clientTransactions,
    counters,
  }
}
