/** What `dispatcher({ … })` takes: one strict schema, every key with its default and a sentence. */
import { isSipUri, parseUri } from '@sipwright/framework'
import { z } from 'zod'
import { destinationId } from './destination.js'
import { isProbe, type Probe } from './health/define-probe.js'
import { isProbeUrl } from './health/http-probe.js'
import { parseReplyCode } from './health/reply-codes.js'
import { isAlgorithm, type Algorithm } from './select/algorithm.js'
import { isDatabaseUrl, isTableName } from '@sipwright/sql'
import { isKeyName, keyNames, type KeyOf } from './select/key.js'

/** Above this a weight is a mistake, and sums of weights stay exact. */
export const largestWeight = 1_000_000

/** Whether a destination may be given so: a SIP or SIPS URI without headers. */
export function isDestinationUri(text: string): boolean {
  try {
    const uri = parseUri(text)
    return isSipUri(uri) && uri.headers === undefined
  } catch {
    return false
  }
}

/** Whether an attribute may have that value: of `weight` and `maxload` a whole number, of others any. */
export function isAttribute(name: string, value: string): boolean {
  if (!numericAttributes.has(name.toLowerCase())) return true
  return /^\d{1,7}$/.test(value) && Number(value) <= largestWeight
}

const numericAttributes: ReadonlySet<string> = new Set(['weight', 'maxload'])

const wholeNumber = z.number().int().nonnegative()

/** Header fields that each request has from us, in their long and compact forms. */
const ownHeaders: ReadonlySet<string> = new Set([
  ...['via', 'v', 'from', 'f', 'to', 't', 'call-id', 'i', 'cseq', 'route', 'record-route'],
  ...['content-length', 'l'],
])

/** Why a probe may not carry that header field; undefined: it may. */
export function faultOfProbeHeader(name: string, value: string): string | undefined {
  if (!/^[\w!%*+.`'~-]+$/.test(name)) return 'expected the name of a header field'
  if (ownHeaders.has(name.toLowerCase())) return 'expected a header field that is not made by us'
  // Control characters would end the line and begin another one.
  return /^[^\0-\x1f\x7f]*$/.test(value) ? undefined : 'expected a value of one line'
}

const probeKeys = {
  /** The request that asks a destination whether it lives. */
  method: z
    .string()
    .regex(/^[A-Z]+$/, { error: 'expected a SIP method such as OPTIONS' })
    .default('OPTIONS'),
  /** From one probe of a destination to the next, in milliseconds; 0 = off. */
  intervalMs: z.number().nonnegative().default(30_000),
  /** Instead of `intervalMs`, while a destination is trying. */
  tryingIntervalMs: z.number().positive().optional(),
  /** Instead of `intervalMs`, while a destination is inactive or busy. */
  downIntervalMs: z.number().positive().optional(),
  /** Header fields of the probes; `{uri}`, `{host}` and `{port}` stand for the destination's. */
  headers: z
    .record(z.string(), z.string())
    .superRefine((headers, refusal) => {
      for (const [name, value] of Object.entries(headers)) {
        const message = faultOfProbeHeader(name, value)
        if (message !== undefined) refusal.addIssue({ code: 'custom', path: [name], message })
      }
    })
    .default({}),
  /** Asks a backend over HTTP, too; what it may answer stands in docs/health.md. */
  http: z
    .strictObject({
      /** `http:` or `https:`; `{host}` stands for the host of the destination. */
      url: z.string().refine(isProbeUrl, {
        error: 'expected a URL such as http://{host}:8080/health, without user and password',
      }),
      /** From one question to the next, in milliseconds; 0 = off. */
      intervalMs: z.number().nonnegative().default(5_000),
      /** A question without an answer within so many milliseconds has failed. */
      timeoutMs: z.number().positive().default(1_000),
    })
    .optional(),
  /** Probes of your own, made by `defineProbe`: at `intervalMs`, each within `timeoutMs`. */
  own: z.array(z.custom<Probe>(isProbe, { error: 'expected what defineProbe made' })).default([]),
  /** A probe without a final answer within so many milliseconds has failed. */
  timeoutMs: z.number().positive().default(2_000),
  /** Consecutive failures until a destination is inactive. */
  threshold: z.number().int().positive().default(3),
  /** Consecutive successes until an inactive destination is active again. */
  recover: z.number().int().positive().default(1),
  /** Answers that count as success, besides every 2xx: 404, '480-489'. */
  replyCodes: z
    .array(
      z.union([z.number(), z.string()]).refine((code) => parseReplyCode(code) !== undefined, {
        error: "expected a final status such as 404, or a range such as '480-489'",
      }),
    )
    .default(['200-299']),
  /** From of the probes: a SIP URI. */
  from: z
    .string()
    .refine(isDestinationUri, { error: 'expected a SIP URI' })
    .default('sip:dispatcher@localhost'),
}

const probeConfig = z.strictObject({
  ...probeKeys,
  /**
   * Who is probed: all · those flagged (bit 8) · those flagged while they are inactive · none. Kamailio's
   * ds_probing_mode 1, 3, 2, and 0 with no flag set.
   */
  mode: z.enum(['all', 'flagged', 'inactive', 'none']).default('all'),
})

/** Statuses and ranges that count as answers of a kind. */
const statusList = z.array(
  z.union([z.number(), z.string()]).refine((code) => parseReplyCode(code) !== undefined, {
    error: "expected a final status such as 503, or a range such as '500-599'",
  }),
)

/** What keeps a destination out besides its probes, and how it comes back. */
export const healthConfig = z.strictObject({
  /**
   * A 503 with Retry-After takes the destination out for as long as it says, at most for so many milliseconds; 0 = never.
   * A minute: what an overloaded gateway needs, and what one confused by its own clock cannot stretch.
   */
  retryAfterMaxMs: wholeNumber.default(60_000),
  /** Below this percentage of well ones, all that were found inactive are tried, too; 0 = never. */
  panicPercent: z.number().nonnegative().max(100).default(50),
  /** A destination that comes back gets its whole share after so many milliseconds; 0 = at once. */
  slowStartMs: wholeNumber.default(0),
  /** Holds a destination down that keeps going up and down. */
  damping: z
    .strictObject({
      /** Times that it went down; 0 = never held down. */
      flaps: wholeNumber.default(5),
      /** Within so many milliseconds. */
      withinMs: z.number().positive().default(600_000),
      /** So long it is held down. */
      holdMs: z.number().positive().default(60_000),
    })
    .prefault({}),
  /** Takes a destination out on which calls fail, whatever probes say. */
  ejection: z
    .strictObject({
      /**
       * New requests in a row that it did not answer at all, or that could not reach it; 0 = off. Three, not Envoy's five:
       * each of them has cost a caller seconds.
       */
      consecutive: wholeNumber.default(3),
      /** The first ejection; the second takes twice as long, the third three times … */
      baseMs: z.number().positive().default(30_000),
      /** … up to so many milliseconds. After as long without one, counting begins anew. */
      maxMs: z.number().positive().default(300_000),
      /** Of a set, so many are ejected at most, and never the last usable one. */
      maxPercent: z.number().nonnegative().max(100).default(50),
      /** Answers that count as failures, too: 503, '500-599'. Only 5xx: others are about the call. */
      statuses: statusList
        .refine(
          (codes) =>
            codes.every((code) => {
              const range = parseReplyCode(code)
              return range === undefined || (range[0] >= 500 && range[1] <= 599)
            }),
          { error: 'expected statuses from 500 to 599: others are about the call' },
        )
        .default([]),
      /** A probe that is answered well ends an ejection. */
      probeEnds: z.boolean().default(false),
    })
    .prefault({}),
})

const attributes = z.record(z.string(), z.string()).superRefine((attrs, refusal) => {
  for (const [name, value] of Object.entries(attrs)) {
    if (isAttribute(name, value)) continue
    const message = `expected a whole number up to ${largestWeight}, found '${value}'`
    refusal.addIssue({ code: 'custom', path: [name], message })
  }
})

const destinationConfig = z.strictObject({
  /** Where requests for it go: a SIP or SIPS URI. */
  uri: z.string(),
  /** Its name in logs and its identity across reloads and in hashes. Default: `attrs.duid`, else the URI. */
  id: z.string().min(1).optional(),
  /** Higher goes first. */
  priority: z.number().int().default(0),
  /** Its share where the algorithm weighs; 0 = only when nothing else is left. Default: `attrs.weight`, else 1. */
  weight: wholeNumber.max(largestWeight).optional(),
  /** Calls in progress that it may have; 0 = any number. Default: `attrs.maxload`, else 0. */
  maxLoad: wholeNumber.optional(),
  /** INVITEs without final answer that it may have; 0 = any number. */
  maxPending: wholeNumber.optional(),
  /** New calls that it may get per second; 0 = any number. */
  maxCallsPerSecond: z.number().nonnegative().max(largestWeight).optional(),
  /** New calls that it may get at once, after a pause. Default: as many as in a second, at least 1. */
  callBurst: z.number().int().positive().optional(),
  /** Only when no other of its set may have the request. Default: whether `attrs.overflow` is 1. */
  overflow: z.boolean().optional(),
  /** Kamailio's bits: 1 inactive, 2 trying, 4 disabled, 8 probed in modes `flagged` and `inactive`, 16 and 32 never probed. */
  flags: wholeNumber.max(63).default(0),
  /** Whatever algorithms and routes want to know of it; names in any case. */
  attrs: attributes.default({}),
  /** How this one is probed, where it differs from the rest. */
  probe: z
    .strictObject({
      method: probeKeys.method.unwrap().optional(),
      intervalMs: probeKeys.intervalMs.unwrap().optional(),
      tryingIntervalMs: probeKeys.tryingIntervalMs,
      downIntervalMs: probeKeys.downIntervalMs,
      timeoutMs: probeKeys.timeoutMs.unwrap().optional(),
      headers: probeKeys.headers.unwrap().optional(),
      http: probeKeys.http,
      own: probeKeys.own.unwrap().optional(),
      threshold: probeKeys.threshold.unwrap().optional(),
      recover: probeKeys.recover.unwrap().optional(),
      replyCodes: probeKeys.replyCodes.unwrap().optional(),
      from: probeKeys.from.unwrap().optional(),
    })
    .default({}),
})

export const anyDestination = z
  .union([z.string(), destinationConfig], {
    error:
      'expected a SIP URI, or an object with uri, id, priority, weight, maxLoad, maxPending, maxCallsPerSecond, callBurst, overflow, flags, attrs, probe',
  })
  .transform((given) =>
    typeof given === 'string' ? destinationConfig.parse({ uri: given }) : given,
  )
  .superRefine(({ uri }, refusal) => {
    if (isDestinationUri(uri)) return
    refusal.addIssue(`expected a SIP URI such as sip:10.0.1.10:5060, found '${uri}'`)
  })

const setConfig = z.strictObject({
  /** How the usable destinations are ordered for each request: a name, an integer of our table, `kamailio:<n>`, or your own. */
  algorithm: z
    .union([z.string(), wholeNumber, z.custom<Algorithm>(isAlgorithm)], {
      error: 'expected the name of an algorithm, its number, or what defineAlgorithm made',
    })
    .default('round-robin'),
  /** What `hash-expression` hashes: a name such as `header:X-Tenant` or `from.user`, or a function of the request. */
  key: z
    .union(
      [
        z
          .string()
          .refine((name) => isKeyName(name), { error: () => `expected a key: ${keyNames}` }),
        z.custom<KeyOf>((value) => typeof value === 'function'),
      ],
      { error: () => `expected a key (${keyNames}) or a function` },
    )
    .optional(),
  /** Hashes of URIs look at the user alone. */
  userOnly: z.boolean().default(false),
  /** By hashes nobody gets more than so many times its share of the calls: 1.25; 0 = no bound. */
  boundedLoad: z
    .number()
    .refine((bound) => bound === 0 || (bound >= 1 && bound <= 100), {
      error: 'expected 0, or a factor from 1 to 100 such as 1.25',
    })
    .default(0),
  /** `kamailio:9`: the share of a dead destination goes to all others, not to its neighbour. */
  redistribute: z.boolean().default(false),
  /** Instead of `health.panicPercent`. */
  panicPercent: healthConfig.shape.panicPercent.unwrap().optional(),
  /** Instead of `health.slowStartMs`. */
  slowStartMs: healthConfig.shape.slowStartMs.unwrap().optional(),
  /** The backends, in order; those of the source's file come behind them. */
  destinations: z
    .array(anyDestination)
    .superRefine((destinations, refusal) => {
      const seen = new Set<string>()
      destinations.forEach((destination, index) => {
        const id = destinationId(destination)
        if (seen.has(id)) {
          const message = `expected a destination once in its set, found '${id}' again`
          refusal.addIssue({ code: 'custom', path: [index], message })
        }
        seen.add(id)
      })
    })
    .default([]),
})

export const dispatcherConfig = z.strictObject({
  /** Sets of destinations, by id. */
  sets: z.record(z.string().min(1), setConfig).default({}),
  /** Where further destinations come from; several at once, their entries in this order. */
  source: z
    .strictObject({
      /** A dispatcher.list in Kamailio's format; read anew when it changes. */
      file: z.string().min(1).optional(),
      /** Kamailio's table, version 4. */
      sql: z
        .strictObject({
          /** `postgres://user:password@host/database`, `mysql://…`, `sqlite:file.db` */
          url: z.string().refine((url) => isDatabaseUrl(url), {
            error: 'expected postgres://…, mysql://… or sqlite:<file>',
          }),
          table: z
            .string()
            .refine((name) => isTableName(name), { error: 'expected the name of a table' })
            .default('dispatcher'),
          /** How often it is asked, in milliseconds. PostgreSQL tells by itself: `NOTIFY sipwright_dispatcher`. */
          pollMs: z.number().min(100).default(10_000),
        })
        .optional(),
      /** `{ "sets": { "1": [destinations] } }` */
      http: z
        .strictObject({
          url: z.url({ protocol: /^https?$/, error: 'expected http://… or https://…' }),
          pollMs: z.number().min(100).default(10_000),
          timeoutMs: z.number().positive().default(5_000),
        })
        .optional(),
      /** SRV records or addresses, asked again when their TTL ends. */
      dns: z
        .strictObject({
          /** By set, `_sip._udp.media.example.com` or `media.example.com`. */
          names: z.record(z.string().min(1), z.string().min(1)),
          /** `127.0.0.53:5353`; empty: the system's. */
          servers: z.array(z.string()).default([]),
        })
        .optional(),
      /** One bad line, row or entry refuses the whole source, instead of only itself. */
      strict: z.boolean().default(false),
      /** A source that had destinations may suddenly have none; else it keeps them, and is reported. */
      allowEmpty: z.boolean().default(false),
    })
    .optional(),
  /** How destinations are asked whether they live. */
  probe: probeConfig.prefault({}),
  /** What keeps a destination out besides its probes, and how it comes back. */
  health: healthConfig.prefault({}),
  /** How calls in progress are counted. */
  load: z
    .strictObject({
      /** Calls counted at most. Beyond, calls pass uncounted, and none goes to a destination that has a `maxLoad`. */
      maxCalls: z.number().int().positive().default(200_000),
      /** Milliseconds after which a call ends for us if no session timer (RFC 4028), re-INVITE or UPDATE says otherwise. */
      maxDurationMs: z
        .number()
        .positive()
        .default(12 * 60 * 60_000),
      /**
       * A file that keeps the calls that are up, so that the next process counts them at once. Each of several workers has one
       * of its own, with its number behind the name. Absent: calls count again as soon as one of their requests comes by.
       */
      journal: z.string().min(1).optional(),
    })
    .prefault({}),
  /** Bounds failover when many requests fail at once. Absent: every request goes on while there are destinations. */
  retryBudget: z
    .strictObject({
      /** Of the requests without final answer, so many may be on a further destination that has not answered at all. */
      percent: z.number().positive().max(100).default(20),
      /** So many always may. */
      min: wholeNumber.default(3),
    })
    .optional(),
  /** Callers remembered at most between a 401 or 407 and their next attempt; the oldest is forgotten first. */
  maxRetries: z.number().int().positive().default(10_000),
})

export type DispatcherConfig = z.output<typeof dispatcherConfig>
/** The configuration as it is given: defaults may be left out. */
export type DispatcherInput = z.input<typeof dispatcherConfig>
export type SetConfig = z.output<typeof setConfig>
/** A destination as it is given: its URI, or more of it. */
export type DestinationInput = z.input<typeof anyDestination>
export type DestinationConfig = z.output<typeof destinationConfig>
export type ProbeConfig = z.output<typeof probeConfig>
export type HealthConfig = z.output<typeof healthConfig>
export type EjectionConfig = HealthConfig['ejection']
