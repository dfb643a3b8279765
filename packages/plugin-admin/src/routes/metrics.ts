/** What Prometheus scrapes. */
import { endpoint } from '../http/endpoint.js'
import { exposition, type Family, merged, metricsType } from '../metrics/family.js'

/** What other workers are asked for. */
export const metricsQuestion = 'metrics'

export const metricsEndpoints = [
  endpoint({
    method: 'GET',
    path: '/metrics',
    id: 'metrics',
    tag: 'health',
    summary: 'All numbers, as Prometheus reads them.',
    description: 'With `openMetrics` it needs no token.',
    scope: 'read',
    isOpen: ({ openMetrics }) => openMetrics,
    mediaType: metricsType,
    handle: async ({ admin }) => {
      const others = await admin.colleagues.hear<readonly Family[]>(metricsQuestion)
      return exposition(merged(admin.metrics.families(), others))
    },
  }),
]
