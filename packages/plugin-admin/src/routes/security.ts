/** Who is kept out, and what limits keep out. */
import { isNumericAddress, SipError } from '@sipwright/framework'
import { type Ban, type RateLimits } from '@sipwright/plugin-ratelimit'
import { z } from 'zod'
import { endpoint } from '../http/endpoint.js'
import { type Times } from '../times.js'

const tag = 'security'

export const banSchema = z
  .object({
    source: z.string().describe('An address, or an IPv6 network as 2001:db8:1:2::/64.'),
    reason: z.string(),
    by: z.string().nullable().describe('Who said so; null: it was found here.'),
    since: z.iso.datetime(),
    until: z.iso.datetime(),
    times: z.number().int().describe('How many in a row this is.'),
  })
  .meta({ id: 'Ban' })

export const banListSchema = z.object({ bans: z.array(banSchema) })

export const limitListSchema = z.object({
  limits: z.array(
    z.object({
      per: z.string().describe('What is counted together.'),
      exceeded: z.number().int().describe('Requests that it kept out, in all workers.'),
    }),
  ),
  counters: z.record(z.string(), z.number().int()),
})

const newBan = z
  .strictObject({
    address: z.string().refine(isNumericAddress, { error: 'expected a numeric address' }),
    reason: z.string().min(1).max(500),
    seconds: z.number().positive().max(31_536_000),
  })
  .meta({ id: 'NewBan' })

const source = z
  .string()
  .refine((text) => isNumericAddress(text.replace(/\/64$/, '')), {
    error: 'expected a numeric address, or an IPv6 network /64',
  })
  .describe('As listed.')

/** What each worker has kept out. */
export interface KeptOut {
  readonly exceeded: readonly number[]
  readonly counters: Readonly<Record<string, number>>
}

export const limitsQuestion = 'limits'

export function keptOut(limits: RateLimits | undefined): KeptOut | null {
  if (limits === undefined) return null
  const { banned, scanners, floods, bruteForce, limited } = limits.counters
  return {
    exceeded: limits.limits().map(({ exceeded }) => exceeded),
    counters: { banned, scanners, floods, bruteForce, limited },
  }
}

export const securityEndpoints = [
  endpoint({
    method: 'GET',
    path: '/api/v1/bans',
    id: 'listBans',
    tag,
    summary: 'Sources that are not heard.',
    scope: 'read',
    answer: banListSchema,
    handle: ({ admin }) => ({
      bans: admin.limits.bans.list().map((each) => shownBan(each, admin.times)),
    }),
  }),
  endpoint({
    method: 'POST',
    path: '/api/v1/bans',
    id: 'addBan',
    tag,
    summary: 'Hears nothing of an address for a while, in every worker.',
    description:
      'One that was banned shortly before is banned for longer. Backends are heard all the same.',
    scope: 'operate',
    body: newBan,
    status: 201,
    answer: banSchema,
    handle: async (call) => {
      const { admin, body, principal } = call
      const { bans } = admin.limits
      const ban = await admin.change(
        call,
        { action: 'ban.add', target: body.address, reason: body.reason },
        () => shownOrNull(bans.find(body.address), admin.times),
        () => bans.add(body.address, body.reason, body.seconds * 1_000, principal.name),
      )
      return shownBan(ban, admin.times)
    },
  }),
  endpoint({
    method: 'DELETE',
    path: '/api/v1/bans/{source}',
    id: 'liftBan',
    tag,
    summary: 'Hears an address again.',
    scope: 'operate',
    params: z.object({ source }),
    query: z.object({ reason: z.string().min(1).max(500).optional() }),
    problems: [404],
    handle: async (call) => {
      const { admin, params, query } = call
      const { bans } = admin.limits
      const find = () => bans.list().find((each) => each.source === params.source)
      if (find() === undefined)
        throw new SipError('SIPW_ERR_ADMIN_UNKNOWN', ['ban of', params.source])
      await admin.change(
        call,
        { action: 'ban.lift', target: params.source, reason: query.reason },
        () => shownOrNull(find(), admin.times),
        () => bans.lift(params.source),
      )
    },
  }),
  endpoint({
    method: 'GET',
    path: '/api/v1/limits',
    id: 'listLimits',
    tag,
    summary: 'Limits in their order, and what was kept out since the start.',
    scope: 'read',
    answer: limitListSchema,
    handle: async ({ admin }) => {
      const { limits } = admin
      const others = await admin.colleagues.hear<KeptOut | null>(limitsQuestion)
      const all = [keptOut(limits), ...others].filter((each) => each !== null)
      const sum = (of: (each: KeptOut) => number | undefined): number =>
        all.reduce((total, each) => total + (of(each) ?? 0), 0)
      const names = Object.keys(all[0]?.counters ?? {})
      return {
        limits: limits.limits().map(({ per }, index) => ({
          per,
          exceeded: sum(({ exceeded }) => exceeded[index]),
        })),
        counters: Object.fromEntries(
          names.map((name) => [name, sum(({ counters }) => counters[name])]),
        ),
      }
    },
  }),
]

export function shownBan(
  { source, reason, by, since, until, times: inARow }: Ban,
  times: Times,
): z.output<typeof banSchema> {
  return {
    ...{ source, reason, by: by ?? null, times: inARow },
    ...{ since: times.date(since), until: times.date(until) },
  }
}

function shownOrNull(ban: Ban | undefined, times: Times) {
  return ban === undefined ? null : shownBan(ban, times)
}
