/** What happens, as it happens: text/event-stream. */
import { SipError } from '@sipwright/framework'
import { z } from 'zod'
import { type Topic, topics, topicsFor } from '../events.js'
import { Answer, endpoint } from '../http/endpoint.js'

const names = Object.keys(topics) as Topic[]
const list = new RegExp(`^(?:${names.join('|')})(?:,(?:${names.join('|')}))*$`)

export const eventEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/events',
    id: 'events',
    tag: 'events',
    summary: 'What happens, as it happens.',
    description:
      '`calls`, `traces`, `audit` and `logs` need scope `operate`. After `Last-Event-ID` what came since is told first, or an event `gap` if that is not known any more.',
    scope: 'read',
    query: z.object({
      topics: z
        .string()
        .regex(list, { error: `expected some of ${names.join(', ')}, with commas` })
        .optional()
        .describe('`dispatcher,stats`; absent: all that the scope may hear.'),
    }),
    mediaType: 'text/event-stream',
    problems: [503],
    handle: ({ admin, query, principal, headers }) => {
      const may = topicsFor(principal.scope)
      const wanted = query.topics === undefined ? may : (query.topics.split(',') as Topic[])
      const denied = wanted.find((topic) => !may.includes(topic))
      if (denied !== undefined) {
        const { name, scope } = principal
        throw new SipError('SIPW_ERR_ADMIN_SCOPE', [topics[denied], name, scope])
      }
      const lastId = headers['last-event-id']
      const stream = admin.events.subscribe(wanted, typeof lastId === 'string' ? lastId : undefined)
      return new Answer(stream, { headers: { 'x-accel-buffering': 'no' } })
    },
  }),
]
