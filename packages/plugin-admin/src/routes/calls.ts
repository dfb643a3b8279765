/** Calls in progress: who calls whom, and where it went. */
import { SipError } from '@sipwright/framework'
import { z } from 'zod'
import { type Admin } from '../admin.js'
import { type CallFilter, type Ending, type ShownCall } from '../calls.js'
import { Answer, endpoint } from '../http/endpoint.js'
import { problem } from '../http/problem.js'

export const callSchema = z
  .object({
    id: z.string(),
    callId: z.string(),
    from: z.string(),
    to: z.string(),
    uri: z.string().describe('The Request-URI.'),
    source: z.string().describe("The caller's address."),
    state: z.enum(['calling', 'ringing', 'up']),
    set: z.string().nullable(),
    destination: z.string().nullable(),
    attempts: z.number().int().describe('Destinations that were tried.'),
    startedAt: z.iso.datetime(),
    answeredAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Call' })

export const callListSchema = z.object({
  total: z.number().int().describe('That match, on all pages.'),
  calls: z.array(callSchema),
})

const named = z.object({ id: z.string().regex(/^\d+-\d+$/, { error: 'expected an id of a call' }) })

/** What workers are asked. */
export const callsQuestion = 'calls'
export const callQuestion = 'call'
export const endQuestion = 'call.end'

interface Listed {
  readonly total: number
  readonly calls: readonly ShownCall[]
}

/** Newest first, of all workers. */
export async function listCalls(admin: Admin, filter: CallFilter): Promise<Listed> {
  const all = [
    admin.calls.list(filter),
    ...(await admin.colleagues.hear<Listed>(callsQuestion, filter)),
  ]
  const calls = all.flatMap((each) => each.calls)
  calls.sort((one, other) => other.startedAt.localeCompare(one.startedAt))
  return {
    total: all.reduce((sum, { total }) => sum + total, 0),
    calls: calls.slice(0, filter.limit),
  }
}

export const callEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/calls',
    id: 'listCalls',
    tag: 'calls',
    summary: 'Calls in progress with their parties, newest first.',
    description:
      'As many as are remembered. The next page: `before` = `startedAt` of the last one.',
    scope: 'operate',
    query: z.object({
      state: z.enum(['calling', 'ringing', 'up']).optional(),
      set: z.string().min(1).optional(),
      destination: z.string().min(1).optional(),
      from: z.string().min(1).optional().describe('A part of From.'),
      to: z.string().min(1).optional().describe('A part of To.'),
      before: z.iso.datetime().optional(),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
    }),
    answer: callListSchema,
    handle: ({ admin, query }) => listCalls(admin, query),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/calls/{id}',
    id: 'showCall',
    tag: 'calls',
    summary: 'One call.',
    scope: 'operate',
    params: named,
    answer: callSchema,
    problems: [404],
    handle: async ({ admin, params }) => {
      const others = await admin.colleagues.hear<ShownCall | null>(callQuestion, params.id)
      const call = admin.calls.find(params.id) ?? others.find((each) => each !== null)
      if (call === undefined) throw unknownCall(params.id)
      return call
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/api/v1/calls/{id}',
    id: 'endCall',
    tag: 'calls',
    summary:
      'Ends a call that has not been answered: its callee is cancelled, its caller gets 487.',
    description:
      'A call that is up is its parties’ to end: a proxy has no dialog with either, and answers 409.',
    scope: 'operate',
    params: named,
    query: z.object({ reason: z.string().min(1).max(500).optional() }),
    problems: [404, 409],
    handle: async (call) => {
      const { admin, params, query } = call
      const ending = await admin.change(
        call,
        { action: 'call.end', target: params.id, reason: query.reason },
        () => admin.calls.find(params.id) ?? null,
        async (): Promise<Ending> => {
          const own = admin.calls.end(params.id)
          if (own !== 'unknown') return own
          const others = await admin.colleagues.hear<Ending>(endQuestion, params.id)
          return others.find((each) => each !== 'unknown') ?? 'unknown'
        },
      )
      switch (ending) {
        case 'ended':
          return undefined
        case 'unknown':
          throw unknownCall(params.id)
        case 'up':
          return new Answer(problem(409, 'the call is up: only its parties can end it'), {
            status: 409,
          })
      }
    },
  }),
]

function unknownCall(id: string): SipError {
  return new SipError('SIPW_ERR_ADMIN_UNKNOWN', ['call', id])
}
