/** The sections `rateLimit`, `flood` and `scanners`, and what the plugin makes of them. */
import { type RateLimitingInput } from '@sipwright/plugin-ratelimit'
import { defaultParties, defaultUserAgents } from '@sipwright/plugin-ratelimit'
import { z } from 'zod'
import { duration } from './duration.js'

const count = (expected: string) =>
  z.number({ error: expected }).int({ error: expected }).positive({ error: expected })

const expectedRate = 'a rate such as 50/s, 300/m or 1000/h'
const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 }

/** Events per second. */
const rate = z
  .string({ error: expectedRate })
  .regex(/^\d{1,9}\/[smh]$/, { error: expectedRate })
  .refine((text) => Number.parseInt(text, 10) > 0, { error: expectedRate })

const methods = z.array(
  z.string({ error: 'a SIP method' }).regex(/^[A-Z]+$/, { error: 'a SIP method' }),
  { error: 'a list of SIP methods' },
)

const limit = z.strictObject({
  per: z
    .enum(['source', 'global', 'user', 'set'], { error: 'source, global, user or set' })
    .describe(
      'What is counted together: an address (IPv6 by /64), all strangers, who has authenticated, or a set. A destination has `maxCallsPerSecond`.',
    ),
  rate: rate.describe('Requests outside dialogs: 50/s, 300/m, 1000/h.'),
  burst: count('a whole number above 0')
    .optional()
    .describe("Requests at once, after a pause. Absent: a second's."),
  methods: methods.optional().describe('Which requests count. Absent: all.'),
  action: z
    .enum(['refuse', 'drop'], { error: 'refuse or drop' })
    .default('refuse')
    .describe('503 with Retry-After, or silence.'),
})

export const rateLimit = z
  .array(limit, { error: 'a list of limits' })
  .default([])
  .describe('Limits on requests outside dialogs; who is inside has none.')

export const flood = z
  .strictObject({
    threshold: count('a whole number above 0')
      .max(60_000)
      .default(300)
      .describe('Messages of one source within the window; 60000 at most.'),
    window: duration.prefault('2s').describe('How long they are counted.'),
    ban: duration
      .prefault('2m')
      .describe('How long who sends more is not heard; twice as long each time it comes again.'),
    maxSources: count('a whole number above 0')
      .default(100_000)
      .describe('Bans remembered at one time.'),
  })
  .optional()
  .describe('Sources that send too much are banned. Absent: so, but nobody on this machine is.')

export const scanners = z
  .strictObject({
    userAgents: z
      .array(z.string().min(3), { error: 'a list of texts of three characters or more' })
      .default([...defaultUserAgents])
      .describe('Parts of the User-Agent of tools that look for open systems.'),
    parties: z
      .array(z.string().min(3), { error: 'a list of texts of three characters or more' })
      .default([...defaultParties])
      .describe('Parts of their From, To or Request-URI.'),
    action: z
      .enum(['drop', 'ban', 'off'], { error: 'drop, ban or off' })
      .default('drop')
      .describe('They get no answer; or nothing else of that source is heard either.'),
  })
  .prefault({})
  .describe('Tools that look for open telephone systems.')

interface RateSections {
  readonly rateLimit: z.output<typeof rateLimit>
  readonly flood?: z.output<typeof flood>
  readonly scanners: z.output<typeof scanners>
}

/** Durations in milliseconds under the plugin's names. */
export function rateLimitingOptions(config: RateSections): RateLimitingInput {
  const { threshold, window, ban, maxSources } = config.flood ?? flood.unwrap().parse({})
  const { action, ...lists } = config.scanners
  return {
    limits: config.rateLimit.map(({ rate: text, ...rest }) => ({
      ...rest,
      perSecond: perSecond(text),
    })),
    flood: { threshold, windowMs: window, banMs: ban },
    maxBans: maxSources,
    ...(action !== 'off' && { scanners: { ...lists, action } }),
    bruteForce: {},
    trusted: config.flood === undefined ? ['127.0.0.0/8', '::1/128'] : [],
  }
}

function perSecond(text: string): number {
  const [amount = '', unit = ''] = text.split('/')
  return Number(amount) / unitSeconds[unit]!
}
