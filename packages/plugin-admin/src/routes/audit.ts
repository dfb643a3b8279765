/** Who has changed what. */
import { z } from 'zod'
import { endpoint } from '../http/endpoint.js'

export const auditEntry = z
  .object({
    id: z.number().int(),
    at: z.iso.datetime(),
    who: z.string(),
    by: z.enum(['token', 'session', 'loopback']),
    source: z.string(),
    action: z.string(),
    target: z.string(),
    before: z.unknown(),
    after: z.unknown(),
    reason: z.string().nullable(),
    outcome: z.enum(['done', 'refused']),
    error: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' })

export const auditListSchema = z.object({ entries: z.array(auditEntry) })

const page = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  before: z.coerce.number().int().positive().optional().describe('Entries with a smaller id.'),
})

export const auditEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/audit',
    id: 'listAudit',
    tag: 'audit',
    summary: 'The last changes that operators made or were refused, newest first.',
    description: 'Of this process: the log has all of them.',
    scope: 'operate',
    query: page,
    answer: auditListSchema,
    handle: ({ admin, query }) => ({ entries: admin.audit.list(query.limit, query.before) }),
  }),
]
