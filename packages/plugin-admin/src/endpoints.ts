/** Every path of the API. A test has a case for each of them. */
import { type Endpoint } from './http/endpoint.js'
import { openApi } from './http/openapi.js'
import { endpoint } from './http/endpoint.js'
import { actionEndpoints } from './routes/actions.js'
import { auditEndpoints } from './routes/audit.js'
import { callEndpoints } from './routes/calls.js'
import { codeEndpoints } from './routes/code.js'
import { dispatcherEndpoints } from './routes/dispatcher.js'
import { eventEndpoints } from './routes/events.js'
import { healthEndpoints } from './routes/health.js'
import { historyEndpoints } from './routes/history.js'
import { metricsEndpoints } from './routes/metrics.js'
import { rpcEndpoints } from './routes/rpc.js'
import { securityEndpoints } from './routes/security.js'
import { sessionEndpoints } from './routes/session.js'
import { settingsEndpoints } from './routes/settings.js'
import { statusEndpoints } from './routes/status.js'
import { traceEndpoints } from './routes/traces.js'
import { z } from 'zod'

const described: readonly Endpoint[] = [
  ...healthEndpoints,
  ...metricsEndpoints,
  ...statusEndpoints,
  ...sessionEndpoints,
  ...dispatcherEndpoints,
  ...historyEndpoints,
  ...callEndpoints,
  ...traceEndpoints,
  ...securityEndpoints,
  ...settingsEndpoints,
  ...codeEndpoints,
  ...eventEndpoints,
  ...actionEndpoints,
  ...rpcEndpoints,
  ...auditEndpoints,
]

const documentEndpoint = endpoint({
  method: 'GET',
  path: '/api/v1/openapi.json',
  id: 'openapi',
  tag: 'status',
  summary: 'This description.',
  scope: undefined,
  answer: z.looseObject({}),
  handle: ({ admin }) => openApi(endpoints, admin.version),
})

export const endpoints: readonly Endpoint[] = [...described, documentEndpoint]
