/** What `rateLimiting({ … })` takes: one strict schema, every key with its default and a sentence. */
import { CidrList } from '@sipwright/framework'
import { z } from 'zod'
import { defaultParties, defaultUserAgents } from './scanners.js'

const count = z.number().int().positive()
const method = z.string().regex(/^[A-Z]+$/, { error: 'expected a SIP method such as INVITE' })

/** A limit on requests outside dialogs. */
export const limitConfig = z.strictObject({
  /**
   * `source`: an address, IPv6 by /64 · `global`: all who are not trusted together · `user`: who has authenticated · `set`: the set
   * that serves it. The last two are for who knows the key: `RateLimits.exceeded`.
   */
  per: z.enum(['source', 'global', 'user', 'set']),
  /** Requests on average. */
  perSecond: z.number().positive(),
  /** Requests at once, after a pause. Default: as many as in a second, at least 1. */
  burst: count.optional(),
  /** Which requests count. Default: all. */
  methods: z.array(method).optional(),
  /** What becomes of the others: 503 with Retry-After, or silence. */
  action: z.enum(['refuse', 'drop']).default('refuse'),
})

export const rateLimitingConfig = z.strictObject({
  limits: z.array(limitConfig).default([]),
  /** Keys that each limit remembers; beyond, the one that was quiet for longest is forgotten. */
  maxKeys: count.default(100_000),
  /** Sources that send more messages than anybody has to say are banned, before anything is read of them. */
  flood: z
    .strictObject({
      /** Messages of one source within the window. */
      threshold: count.max(60_000).default(300),
      windowMs: count.default(2_000),
      banMs: count.default(120_000),
    })
    .optional(),
  /** Tools that look for open telephone systems get no answer. */
  scanners: z
    .strictObject({
      /** Parts of their User-Agent, in any case. */
      userAgents: z.array(z.string().min(3)).default([...defaultUserAgents]),
      /** Parts of their From, To or Request-URI, in any case. */
      parties: z.array(z.string().min(3)).default([...defaultParties]),
      /** `ban`: nothing else of that source is heard either. */
      action: z.enum(['drop', 'ban']).default('drop'),
      banMs: count.default(3_600_000),
    })
    .optional(),
  /** Sources that guess passwords are banned: fed by `RateLimits.authenticationFailed`. */
  bruteForce: z
    .strictObject({
      /** Wrong answers to challenges. */
      failures: count.default(10),
      /** Within so many milliseconds. */
      windowMs: count.default(900_000),
      banMs: count.default(600_000),
      maxSources: count.default(100_000),
    })
    .optional(),
  /** Who shortly before was banned is banned for twice as long, up to so many milliseconds. */
  longestBanMs: count.default(86_400_000),
  maxBans: count.default(100_000),
  /** Blocks that nothing here is for. The zones in `trustedZones` are trusted, too. */
  trusted: z
    .array(z.string().refine(isBlock, { error: 'expected a block such as 10.0.0.0/8' }))
    .default([]),
  trustedZones: z.array(z.string().min(1)).default(['inside']),
})

export type RateLimitingConfig = z.output<typeof rateLimitingConfig>
/** As it is given: defaults may be left out. */
export type RateLimitingInput = z.input<typeof rateLimitingConfig>
export type LimitConfig = z.output<typeof limitConfig>

function isBlock(text: string): boolean {
  try {
    new CidrList([text])
    return true
  } catch {
    return false
  }
}
