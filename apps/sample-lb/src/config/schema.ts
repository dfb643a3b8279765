/**
 * The configuration's one source: types, defaults, the sentence of every key, and the JSON Schema that
 * editors read. Strict everywhere, so that a misspelt key is refused. An `error` text says what was expected.
 */
import { z } from 'zod'
import {
  faultOfProbeHeader,
  isDatabaseUrl,
  isKeyName,
  isProbeUrl,
  isTableName,
  keyNames,
} from '@sipwright/plugin-dispatcher'
import { isSecretName } from './secret.js'
import { isHostName, isNetwork, parseHostPort, parseListen } from './address.js'
import { acl, auth } from './auth-sections.js'
import { drain } from './drain-section.js'
import { duration, durationOrOff } from './duration.js'
import { tls } from './tls-section.js'
import { webSocket } from './web-socket-section.js'
import { flood, rateLimit, scanners } from './rate-sections.js'
import { admin } from './admin-section.js'
import { trace } from './trace-section.js'
import { callRecords } from './call-records-section.js'
import { hep } from './hep-section.js'
import { dialogSecret } from './dialog-secret.js'
import { topologyHiding } from './topology-section.js'

const wholeNumber = (minimum: number, maximum = Number.MAX_SAFE_INTEGER): z.ZodNumber => {
  const error =
    maximum === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${String(minimum)}`
      : `a whole number from ${String(minimum)} to ${String(maximum)}`
  return z.number({ error }).int({ error }).min(minimum, { error }).max(maximum, { error })
}

const text = (expected: string): z.ZodString =>
  z.string({ error: expected }).min(1, { error: expected })

const expectedPositive = 'a number above 0'
const positiveNumber = z.number({ error: expectedPositive }).positive({ error: expectedPositive })

const listenText = z.string({ error: 'transport:address:port' }).transform((value, ctx) => {
  const listen = parseListen(value)
  if ('expected' in listen) {
    ctx.addIssue({ code: 'custom', message: listen.expected })
    return z.NEVER
  }
  return listen
})

const expectedAdvertise = 'a host, or host:port, such as 203.0.113.7:5060'
const advertise = z.string({ error: expectedAdvertise }).transform((value, ctx) => {
  const place = parseHostPort(value)
  if (place === undefined) {
    ctx.addIssue({ code: 'custom', message: expectedAdvertise })
    return z.NEVER
  }
  return place
})

const listener = z.union(
  [
    listenText.transform((listen) => ({ ...listen, advertise: undefined, zone: 'public' })),
    z
      .strictObject({
        bind: listenText.describe('The address to bind: transport:address:port.'),
        advertise: advertise
          .optional()
          .describe('What Via and Record-Route say instead, behind NAT: host or host:port.'),
        zone: text('the name of a zone')
          .default('public')
          .describe('What lies behind this listener.'),
      })
      .transform(({ bind, advertise, zone }) => ({ ...bind, advertise, zone })),
  ],
  { error: 'transport:address:port, or a map with bind, advertise and zone' },
)

const setId = z.union([text('the id of a set'), wholeNumber(0)], { error: 'the id of a set' })

const expectedCode = 'a final status such as 404, or a range 480-489'
const expectedServerError = 'a status from 500 to 599, or a range 500-599'
const replyCodes = z
  .array(
    z
      .union([z.number(), z.string()], { error: expectedCode })
      .transform(String)
      .refine((range) => /^[2-6]\d\d(?:-[2-6]\d\d)?$/.test(range), { error: expectedCode }),
    { error: 'a list of statuses and ranges' },
  )
  .describe('Answers that count as success, besides every 2xx.')

/** How destinations are probed: for all of them with defaults, for one what differs. */
const probeKeys = {
  method: text('a SIP method')
    .regex(/^[A-Z]+$/, { error: 'a SIP method such as OPTIONS' })
    .describe('The request that asks a destination whether it lives.'),
  interval: durationOrOff.describe('From one probe of a destination to the next; 0 = off.'),
  tryingInterval: duration.optional().describe('Instead of `interval`, while it is trying.'),
  downInterval: duration
    .optional()
    .describe('Instead of `interval`, while it is inactive or busy.'),
  timeout: duration.describe('A probe not answered within this has failed.'),
  threshold: wholeNumber(1).describe('Consecutive failures until inactive.'),
  recover: wholeNumber(1).describe('Consecutive successes until active again.'),
  replyCodes,
  from: text('a SIP URI').describe('From of the probes.'),
  headers: z
    .record(z.string(), z.string({ error: 'a text' }), { error: 'a map of names and values' })
    .superRefine((headers, refusal) => {
      for (const [name, value] of Object.entries(headers)) {
        const fault = faultOfProbeHeader(name, value)?.replace(/^expected /, '')
        if (fault !== undefined) refusal.addIssue({ code: 'custom', path: [name], message: fault })
      }
    })
    .describe('Header fields of the probes; {uri}, {host} and {port} are the destination’s.'),
  http: z
    .strictObject({
      url: text('a URL')
        .refine(isProbeUrl, {
          error: 'a URL such as http://{host}:8080/health, without user and password',
        })
        .describe('Where to ask; {host} is the host of the destination.'),
      interval: durationOrOff.prefault('5s').describe('From one question to the next; 0 = off.'),
      timeout: duration.prefault('1s').describe('Not answered within this, it has failed.'),
    })
    .optional()
    .describe('Asks the backend over HTTP, too; see docs/health.md.'),
}

const probe = z.strictObject({
  method: probeKeys.method.default('OPTIONS'),
  interval: probeKeys.interval.prefault('30s'),
  timeout: probeKeys.timeout.prefault('2s'),
  threshold: probeKeys.threshold.default(3),
  recover: probeKeys.recover.default(1),
  replyCodes: probeKeys.replyCodes.prefault(['200-299']),
  tryingInterval: probeKeys.tryingInterval,
  downInterval: probeKeys.downInterval,
  from: probeKeys.from.default('sip:dispatcher@localhost'),
  headers: probeKeys.headers.default({}),
  http: probeKeys.http,
  mode: z
    .enum(['all', 'flagged', 'inactive', 'none'])
    .default('all')
    .describe("Which destinations are probed: Kamailio's ds_probing_mode 1, 3, 2, 0."),
})

const destination = z.union(
  [
    text('a SIP URI such as sip:10.0.1.10:5060').transform((uri) => ({ uri })),
    z.strictObject({
      uri: text('a SIP URI such as sip:10.0.1.10:5060').describe(
        'Where requests for this backend go.',
      ),
      id: text('a name').optional().describe('Its name in logs; the URI unless given.'),
      priority: wholeNumber(0).optional().describe('Higher goes first where the algorithm asks.'),
      weight: wholeNumber(0).optional().describe('Its share where the algorithm asks.'),
      maxLoad: wholeNumber(0).optional().describe('Calls in progress at most; 0 = any number.'),
      maxPending: wholeNumber(0)
        .optional()
        .describe('INVITEs that wait for its answer at most; 0 = any number.'),
      maxCallsPerSecond: positiveNumber
        .optional()
        .describe('New calls per second at most; any number unless given.'),
      callBurst: wholeNumber(1)
        .optional()
        .describe("New calls at once after a pause; a second's unless given."),
      overflow: z
        .boolean({ error: 'true or false' })
        .optional()
        .describe('Only when no other of its set may have the request.'),
      flags: wholeNumber(0, 63).optional().describe("Kamailio's bits, as in a dispatcher.list."),
      attrs: z
        .record(
          z.string(),
          z.union([z.string(), z.number()], { error: 'a text or a number' }).transform(String),
          { error: 'a map of names and values' },
        )
        .optional()
        .describe('Attributes for algorithms and routes.'),
      probe: z
        .strictObject(probeKeys)
        .partial()
        .optional()
        .describe('How this one is probed, where it differs from the rest.'),
    }),
  ],
  {
    error:
      'a SIP URI, or a map with uri, id, priority, weight, maxLoad, maxPending, maxCallsPerSecond, callBurst, overflow, flags, attrs and probe',
  },
)

const percentage = z
  .number({ error: 'a number up to 100' })
  .min(0, { error: 'a number from 0' })
  .max(100, { error: 'a number up to 100' })

const setHealth = {
  panicPercent: percentage.describe(
    'Below it, destinations that were found inactive are tried, too; 0 = never.',
  ),
  slowStart: durationOrOff.describe('Until one that comes back has its whole share; 0 = at once.'),
}
const sqlSource = z.strictObject({
  url: text('the URL of a database')
    .refine((url) => isSecretName(url) || isDatabaseUrl(url), {
      error: 'postgres://…, mysql://…, sqlite:<file>, env:<name> or file:<path>',
    })
    .describe('postgres://user:password@host/database, mysql://…, sqlite:file.db; or env:NAME.'),
  table: text('the name of a table')
    .refine((name) => isTableName(name), { error: 'the name of a table' })
    .default('dispatcher')
    .describe('Table or view; it is only read.'),
  poll: duration
    .prefault('10s')
    .describe('How often it is asked. PostgreSQL tells by itself: NOTIFY sipwright_dispatcher.'),
})

const httpSource = z.strictObject({
  url: text('a URL')
    .refine((url) => isSecretName(url) || /^https?:\/\/./.test(url), {
      error: 'http://…, https://…, env:<name> or file:<path>',
    })
    .describe('Answers { "sets": { "<id>": [destinations] } }.'),
  poll: duration.prefault('10s').describe('How often it is asked.'),
  timeout: duration.prefault('5s').describe('It has failed after so long.'),
})

const dispatcherSet = z.strictObject({
  panicPercent: setHealth.panicPercent.optional(),
  slowStart: setHealth.slowStart.optional(),
  algorithm: z
    .union([text('the name of an algorithm'), wholeNumber(0)], {
      error: 'the name of an algorithm such as round-robin',
    })
    .default('round-robin')
    .describe('How the usable destinations are ordered for each request.'),
  key: text('a key')
    .refine((name) => isKeyName(name), { error: () => `a key: ${keyNames}` })
    .optional()
    .describe(
      'What hash-expression hashes: header:X-Tenant, ruri.user, from.user, source.address …',
    ),
  userOnly: z
    .boolean({ error: 'true or false' })
    .default(false)
    .describe('Hashes of URIs look at the user alone.'),
  boundedLoad: z
    .number({ error: 'a factor such as 1.25, or 0' })
    .refine((bound) => bound === 0 || (bound >= 1 && bound <= 100), {
      error: 'a factor from 1 to 100 such as 1.25, or 0',
    })
    .default(0)
    .describe(
      'By hashes nobody gets more than so many times its share of the calls; 0 = no bound.',
    ),
  redistribute: z
    .boolean({ error: 'true or false' })
    .default(false)
    .describe(
      'kamailio:9: the share of a dead destination goes to all others, not to its neighbour.',
    ),
  destinations: z
    .array(destination, { error: 'a list of destinations' })
    .default([])
    .describe('The backends, as SIP URI or as a map.'),
})

const load = z.strictObject({
  maxCalls: wholeNumber(1)
    .default(200_000)
    .describe('Calls counted at most; beyond, none goes to a destination that has a maxLoad.'),
  maxDuration: duration
    .prefault('12h')
    .describe('A call without session timer, re-INVITE or UPDATE is given up after so long.'),
  journal: text('the path of a file')
    .optional()
    .describe(
      'Keeps the calls in progress, so that they count at once after a restart; relative to this file.',
    ),
})

const retryBudget = z.strictObject({
  percent: positiveNumber
    .max(100, { error: 'a number up to 100' })
    .default(20)
    .describe('Of the unanswered requests, so many may be on a further destination at once.'),
  min: wholeNumber(0).default(3).describe('So many always may.'),
})

const health = z.strictObject({
  retryAfterMax: durationOrOff
    .prefault('60s')
    .describe('A 503 with Retry-After takes a destination out so long at most; 0 = never.'),
  panicPercent: setHealth.panicPercent.default(50),
  slowStart: setHealth.slowStart.prefault(0),
  damping: z
    .strictObject({
      flaps: wholeNumber(0).default(5).describe('Times that it went down; 0 = never held down.'),
      within: duration.prefault('10m').describe('Within so long.'),
      hold: duration.prefault('60s').describe('So long it is held down.'),
    })
    .prefault({})
    .describe('Holds a destination down that keeps going up and down.'),
  ejection: z
    .strictObject({
      consecutive: wholeNumber(0)
        .default(3)
        .describe('Requests in a row without any response, or that did not reach it; 0 = off.'),
      base: duration.prefault('30s').describe('The first time; the second takes twice as long …'),
      max: duration.prefault('5m').describe('… up to so long.'),
      maxPercent: percentage.default(50).describe('Of a set, so many at most.'),
      statuses: z
        .array(
          z
            .union([z.number(), z.string()], { error: expectedServerError })
            .transform(String)
            .refine((range) => /^5\d\d(?:-5\d\d)?$/.test(range), { error: expectedServerError }),
          { error: 'a list of statuses and ranges' },
        )
        .prefault([])
        .describe('Answers that count as failures, too: 503, 500-599.'),
      probeEnds: z
        .boolean({ error: 'true or false' })
        .default(false)
        .describe('A probe that is answered well ends it.'),
    })
    .prefault({})
    .describe('Takes a destination out on which calls fail, whatever probes say.'),
})

const expectedTrigger =
  'transport-error, no-response, 408, 500, 502, 503, 504 or 5xx (a 6xx ends every search)'
const trigger = z.literal([408, 500, 502, 503, 504, '5xx', 'transport-error', 'no-response'], {
  error: expectedTrigger,
})

const failover = z.strictObject({
  on: z
    .array(trigger, { error: `a list of ${expectedTrigger}` })
    .default([503, 'transport-error', 'no-response'])
    .describe('What makes the next destination be tried; never a 6xx.'),
  noResponse: duration
    .prefault('2s')
    .describe('A destination that sent nothing at all within this is given up.'),
  maxAttempts: wholeNumber(1, 100).default(3).describe('Destinations tried for one request.'),
  noDestination: wholeNumber(400, 699)
    .default(503)
    .describe('The answer when no destination is usable.'),
})

const expectedMethod = 'a list of SIP methods, or of *'
const rule = z.strictObject({
  user: text('a pattern such as 2*')
    .optional()
    .describe('Pattern on the user of the Request-URI; * stands for any text. Absent: any user.'),
  methods: z
    .array(text('a SIP method, or *'), { error: expectedMethod })
    .min(1, { error: expectedMethod })
    .default(['*'])
    .describe('Methods this rule is for; * = every one.'),
  set: setId.transform(String).describe('The set that serves what matches.'),
})

const timers = z.strictObject({
  t1: duration.prefault('500ms').describe('Round-trip estimate. RFC 3261 §17.1.1.1'),
  t2: duration.prefault('4s').describe('Longest interval between retransmissions.'),
  t4: duration.prefault('5s').describe('Longest life of a message in the network.'),
  inviteTimeout: duration.optional().describe('Timer B; 64·t1 unless given.'),
  nonInviteTimeout: duration.optional().describe('Timer F; 64·t1 unless given.'),
  ringTimeout: duration.prefault('180s').describe('Timer C: how long a target may ring.'),
  linger: duration.optional().describe('Timers D, H, J, L and M; 64·t1 unless given.'),
})

const expectedServer = 'a name server such as 127.0.0.53:5353'
const dns = z.strictObject({
  servers: z
    .array(
      z.string({ error: expectedServer }).refine((value) => isNameServer(value), {
        error: expectedServer,
      }),
      { error: 'a list of name servers' },
    )
    .default([])
    .describe("Name servers as address:port; empty = the system's."),
})

const limits = z.strictObject({
  messageBytes: wholeNumber(1_024).default(65_535).describe('A whole message.'),
  headerBytes: wholeNumber(512).default(16_384).describe('All header fields of a message.'),
  headers: wholeNumber(16).default(256).describe('Header fields of a message.'),
  connections: wholeNumber(1).default(10_000).describe('Stream connections in all.'),
  connectionsPerSource: wholeNumber(1).default(64).describe('Stream connections of one address.'),
  transactions: wholeNumber(1).default(200_000).describe('Transactions at one time.'),
  refusalsPerSecond: wholeNumber(0)
    .default(10)
    .describe(
      'Refusals that a public network (/24, /64) is sent over UDP each second; 0 = as many as come.',
    ),
})

const log = z.strictObject({
  level: z
    .enum(['error', 'warn', 'info', 'debug'])
    .default('info')
    .describe('The least serious lines that are written.'),
  format: z.enum(['json', 'pretty']).default('json').describe('For machines or for people.'),
})

/** The whole file. */
export const configSchema = z
  .strictObject({
    listen: z
      .array(listener, { error: 'a list of listeners such as udp:127.0.0.1:5060' })
      .min(1, { error: 'at least one listener' })
      .describe('Where requests come in, as transport:address:port or in the long form.'),
    zones: z
      .record(
        z.string(),
        z.array(
          z.string({ error: 'a network such as 10.0.0.0/8' }).refine(isNetwork, {
            error: 'a network such as 10.0.0.0/8',
          }),
          { error: 'a list of networks' },
        ),
        { error: 'a map from zone to networks' },
      )
      .default({})
      .describe('Who is a backend or a peer, as zone and networks; anything else is public.'),
    dispatcher: z
      .strictObject({
        sets: z
          .record(z.string(), dispatcherSet, { error: 'a map from set id to set' })
          .default({})
          .describe('Sets of destinations, by id: a number or a name.'),
        source: z
          .strictObject({
            file: text('the path of a dispatcher.list')
              .optional()
              .describe("A dispatcher.list in Kamailio's format, watched; relative to this file."),
            sql: sqlSource
              .optional()
              .describe("Kamailio's table dispatcher, version 4, in a database."),
            http: httpSource.optional().describe('Sets as JSON from a web server.'),
            dns: z
              .record(z.string(), text('a name in DNS'), { error: 'a map from set to name' })
              .optional()
              .describe(
                'By set, a name with SRV records (_sip._udp.media.example.com) or addresses.',
              ),
            strict: z
              .boolean({ error: 'true or false' })
              .default(false)
              .describe(
                'A bad line, row or entry refuses the whole source, instead of only itself.',
              ),
            allowEmpty: z
              .boolean({ error: 'true or false' })
              .default(false)
              .describe('A source that had destinations may suddenly have none.'),
          })
          .optional()
          .describe('Where further destinations come from.'),
        probe: probe.prefault({}).describe('How destinations are asked whether they live.'),
        health: health
          .prefault({})
          .describe('What keeps a destination out besides probes, and how it comes back.'),
        load: load.prefault({}).describe('How calls in progress are counted.'),
        retryBudget: retryBudget
          .optional()
          .describe('Bounds failover when many requests fail at once; absent = no bound.'),
      })
      .describe('The backends: inline sets, a source, or both.'),
    failover: failover.prefault({}).describe('When the next destination is tried.'),
    route: z
      .array(rule, { error: 'a list of rules' })
      .prefault([{ set: 1 }])
      .describe('Which set serves a request outside a dialog: the first match; none = 404.'),
    workers: z
      .union([z.literal('auto'), wholeNumber(1, 128)], { error: 'a number from 1 to 128, or auto' })
      .default(1)
      .describe('Processes that share the listeners; auto = one per processor.'),
    supervised: z
      .boolean({ error: 'true or false' })
      .default(false)
      .describe(
        'One worker under a supervisor, too, which replaces it when it dies, and its code on SIGUSR2.',
      ),
    domains: z
      .array(
        z.string({ error: 'a domain name' }).refine(isHostName, {
          error: 'a domain name such as example.com',
        }),
        { error: 'a list of domain names' },
      )
      .default([])
      .describe('Names we answer for; given, requests for other domains are refused with 403.'),
    profile: z
      .enum(['edge', 'open'])
      .default('edge')
      .describe('edge follows our own Route only; open is a plain proxy that follows any.'),
    secret: dialogSecret,
    timers: timers.prefault({}).describe('RFC 3261 §17, table 4.'),
    dns: dns.prefault({}).describe('How names are resolved.'),
    limits: limits.prefault({}).describe('Bounds on what strangers may use.'),
    tls,
    webSocket,
    acl,
    auth,
    rateLimit,
    flood,
    scanners,
    topologyHiding,
    admin,
    trace,
    hep,
    callRecords,
    drain,
    log: log.prefault({}).describe('What is written to standard output.'),
  })
  .describe('Configuration of the sipwright load balancer')

/** The file's values, defaults filled in, durations in milliseconds. */
export type ConfigValues = z.output<typeof configSchema>

/** The JSON Schema of the file, for editors. */
export function configJsonSchema(): object {
  return z.toJSONSchema(configSchema, { io: 'input' })
}

function isNameServer(value: string): boolean {
  const place = parseHostPort(value)
  return place !== undefined && isNetwork(place.host) && !place.host.includes('/')
}
