/** Traces: the messages of the last calls, and why each went where it went. */
import { SipError } from '@sipwright/framework'
import {
  cursorOf,
  ladderText,
  mermaid,
  newestFirst,
  type ShownTrace,
  type TraceChanges,
  type TraceFilter,
  Traces,
  type TraceSummary,
} from '@sipwright/plugin-trace'
import { z } from 'zod'
import { type Admin } from '../admin.js'
import { Answer, endpoint } from '../http/endpoint.js'

const states = ['trying', 'early', 'up', 'ended', 'failed', 'cancelled'] as const

const summary = z.object({
  id: z.string(),
  callId: z.string(),
  method: z.string(),
  from: z.string(),
  to: z.string(),
  state: z.enum(states),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  source: z.string().describe('`udp:192.0.2.1:5060`'),
  destination: z.string().nullable().describe('Where it went last.'),
  status: z.number().int().nullable().describe('The final answer that the caller got.'),
  attempts: z.number().int(),
  messages: z.number().int(),
})

const when = { at: z.iso.datetime(), offsetMs: z.number().int() }

const entry = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('message'),
      ...when,
      ...{ from: z.string(), to: z.string(), transport: z.string() },
      first: z.string().describe('The start line.'),
      label: z.string().describe('`INVITE (SDP)`, `503`'),
      ...{ cseq: z.string(), branch: z.string() },
      retransmission: z.boolean(),
      text: z.string().describe('The message without its secrets.'),
    }),
    z.object({
      kind: z.literal('decision'),
      ...when,
      what: z.enum(['handler', 'selected', 'failover', 'answered-here', 'ended']),
      text: z.string(),
      detail: z.record(z.string(), z.unknown()),
    }),
  ])
  .meta({ id: 'TraceEntry' })

const traceSummary = summary.meta({ id: 'TraceSummary' })

export const traceListSchema = z.object({
  traces: z.array(traceSummary),
  next: z.string().nullable(),
})

export const shownTrace = summary
  .extend({
    parties: z
      .array(z.object({ address: z.string(), name: z.string() }))
      .describe('From left to right; the edge stands once, as `sipwright`.'),
    omitted: z.number().int().describe('Entries that came when the trace was full.'),
    entries: z.array(entry),
  })
  .meta({ id: 'Trace' })

const named = z.object({
  id: z.string().regex(/^\d{1,6}-\d{1,15}$/, { error: 'expected an id of a trace' }),
})

/** What workers are asked. */
export const tracesQuestion = 'traces'
export const traceQuestion = 'trace'
export const captureQuestion = 'trace.capture'
export const traceChangesQuestion = 'trace.changes'

/** What happened to traces since the last second, of all workers. `seen`: up to where each was told; it is kept up. */
export async function changedTraces(
  { host, colleagues }: Admin,
  seen: Map<number, number>,
): Promise<TraceChanges['changes']> {
  const own = host.find(Traces)
  if (own === undefined) return []
  const since = Object.fromEntries(seen)
  const others = await colleagues.hear<TraceChanges | null>(traceChangesQuestion, since)
  const all = [own.changes(since), ...others].filter((each) => each !== null)
  for (const { worker, upTo } of all) seen.set(worker, upTo)
  return all.flatMap(({ changes }) => changes)
}

export const traceEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/traces',
    id: 'listTraces',
    tag: 'traces',
    summary: 'The last calls whose messages are remembered, newest first.',
    description: 'Needs the plugin `trace`. The next page: `cursor` = `next` of this one.',
    scope: 'operate',
    query: z.object({
      from: z.string().min(1).max(256).optional().describe('A part of the URI in From.'),
      to: z.string().min(1).max(256).optional().describe('A part of the URI in To.'),
      state: z.enum(states).optional(),
      destination: z.string().min(1).max(256).optional(),
      method: z.string().min(1).max(64).optional(),
      callId: z.string().min(1).max(256).optional().describe('Of either leg.'),
      limit: z.coerce.number().int().min(1).max(1_000).default(100),
      cursor: z
        .string()
        .regex(/^[-0-9TZ:.~]{1,80}$/, { error: 'expected `next` of a page' })
        .optional(),
    }),
    answer: traceListSchema,
    problems: [404],
    handle: async ({ admin, query }) => {
      const { limit } = query
      const filter: TraceFilter = { ...query, limit: limit + 1 }
      const own = admin.traces.list(filter)
      const others = await admin.colleagues.hear<readonly TraceSummary[]>(tracesQuestion, filter)
      const found = [...own, ...others.flat()].sort(newestFirst)
      const traces = found.slice(0, limit)
      const last = traces.at(-1)
      return { traces, next: found.length > limit && last ? cursorOf(last) : null }
    },
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/traces/{id}',
    id: 'showTrace',
    tag: 'traces',
    summary: 'One call: every message of both legs, and the decisions between them.',
    description: 'Credentials, keys of media and typed digits are hidden.',
    scope: 'operate',
    params: named,
    answer: shownTrace,
    problems: [404],
    handle: ({ admin, params }) => findTrace(admin, params.id),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/traces/{id}/text',
    id: 'traceAsText',
    tag: 'traces',
    summary: 'The ladder of a call as text.',
    scope: 'operate',
    params: named,
    mediaType: 'text/plain; charset=utf-8',
    problems: [404],
    handle: async ({ admin, params }) =>
      download(ladderText(await findTrace(admin, params.id)), `trace-${params.id}.txt`),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/traces/{id}/mermaid',
    id: 'traceAsMermaid',
    tag: 'traces',
    summary: 'The ladder of a call as a Mermaid sequence diagram.',
    scope: 'operate',
    params: named,
    mediaType: 'text/plain; charset=utf-8',
    problems: [404],
    handle: async ({ admin, params }) =>
      download(mermaid(await findTrace(admin, params.id)), `trace-${params.id}.mmd`),
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/traces/{id}/pcap',
    id: 'traceAsPcap',
    tag: 'traces',
    summary: 'The messages of a call as a capture file.',
    description: 'Each as a UDP datagram between the addresses that it passed: TLS in clear.',
    scope: 'operate',
    params: named,
    mediaType: 'application/vnd.tcpdump.pcap',
    problems: [404],
    handle: async ({ admin, params: { id } }) => {
      const capture =
        admin.traces.capture(id) ??
        (await admin.colleagues.hear<string | null>(captureQuestion, id)).find(
          (each) => each !== null,
        )
      if (capture === undefined) throw unknownTrace(id)
      return download(Buffer.from(capture, 'base64'), `trace-${id}.pcap`)
    },
  }),
]

async function findTrace(admin: Admin, id: string): Promise<ShownTrace> {
  const own = admin.traces.find(id)
  if (own !== undefined) return own
  const others = await admin.colleagues.hear<ShownTrace | null>(traceQuestion, id)
  const found = others.find((each) => each !== null)
  if (found === undefined) throw unknownTrace(id)
  return found
}

function download(body: string | Buffer, name: string): Answer {
  return new Answer(body, { headers: { 'content-disposition': `attachment; filename="${name}"` } })
}

function unknownTrace(id: string): SipError {
  return new SipError('SIPW_ERR_ADMIN_UNKNOWN', ['trace', id])
}
