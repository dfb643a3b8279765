/** Whether the process lives, and whether it should get new calls. */
import { z } from 'zod'
import { Answer, endpoint } from '../http/endpoint.js'
import { problem } from '../http/problem.js'

const alive = z.object({ status: z.literal('ok') }).meta({ id: 'Alive' })

const ready = z.object({ status: z.literal('ready') }).meta({ id: 'Ready' })

export const healthEndpoints = [
  endpoint({
    method: 'GET',
    path: '/livez',
    id: 'livez',
    tag: 'health',
    summary: 'Whether the process runs: it answers.',
    description: 'It does not fail while calls are drained, so that nobody ends the process then.',
    scope: undefined,
    answer: alive,
    handle: () => ({ status: 'ok' }),
  }),
  endpoint({
    method: 'GET',
    path: '/readyz',
    id: 'readyz',
    tag: 'health',
    summary: 'Whether new calls should come here.',
    description: 'Listeners are bound, it is not draining, and there is a usable destination.',
    scope: undefined,
    answer: ready,
    problems: [503],
    handle: ({ admin }) => {
      const { ready, reasons } = admin.readiness
      if (ready) return { status: 'ready' }
      return new Answer(problem(503, reasons.join('; ')), { status: 503 })
    },
  }),
]
