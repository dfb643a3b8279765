/** How destinations were, second by second, so that a page that opens has its curves at once. */
import { z } from 'zod'
import { endpoint } from '../http/endpoint.js'

const figure = z.array(z.number())

export const historySchema = z.object({
  at: z.array(z.number().int()).describe('Milliseconds since 1970, oldest first: one a second.'),
  destinations: z.array(
    z
      .object({
        set: z.string(),
        id: z.string(),
        states: z
          .string()
          .describe(
            'A letter for each second: a active, t trying, i inactive, b busy, d drain, m maintenance, x disabled, - not there.',
          ),
        calls: figure.describe('In progress.'),
        attempts: figure.describe('Since the start.'),
        latencyMs: figure.describe('Of probes.'),
      })
      .meta({ id: 'DestinationHistory' }),
  ),
})

export const historyEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/history',
    id: 'history',
    tag: 'dispatcher',
    summary: 'How destinations were, second by second.',
    description: 'As long as `history` says; empty if that is 0.',
    scope: 'read',
    answer: historySchema,
    handle: ({ admin }) => admin.history.read(),
  }),
]
