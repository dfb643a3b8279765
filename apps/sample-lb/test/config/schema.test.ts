import { expect, test } from '@jest/globals'
import { configJsonSchema, configSchema } from '#src/config/schema.js'

const smallest = { listen: ['udp:127.0.0.1:5060'], dispatcher: { sets: { 1: {} } } }

test('every section but listen and dispatcher may be left out; these are the defaults', () => {
  expect(configSchema.parse(smallest)).toEqual({
    listen: [
      { transport: 'udp', address: '127.0.0.1', port: 5060, advertise: undefined, zone: 'public' },
    ],
    workers: 1,
    zones: {},
    dispatcher: {
      sets: {
        1: {
          ...{ algorithm: 'round-robin', destinations: [] },
          ...{ userOnly: false, boundedLoad: 0, redistribute: false },
        },
      },
      probe: {
        method: 'OPTIONS',
        interval: 30_000,
        timeout: 2_000,
        threshold: 3,
        recover: 1,
        replyCodes: ['200-299'],
        mode: 'all',
        from: 'sip:dispatcher@localhost',
        headers: {},
      },
      health: {
        retryAfterMax: 60_000,
        panicPercent: 50,
        slowStart: 0,
        damping: { flaps: 5, within: 600_000, hold: 60_000 },
        ejection: {
          ...{ consecutive: 3, base: 30_000, max: 300_000, maxPercent: 50 },
          ...{ statuses: [], probeEnds: false },
        },
      },
      load: { maxCalls: 200_000, maxDuration: 43_200_000 },
    },
    failover: {
      on: [503, 'transport-error', 'no-response'],
      noResponse: 2_000,
      maxAttempts: 3,
      noDestination: 503,
    },
    route: [{ methods: ['*'], set: '1' }],
    supervised: false,
    drain: { timeout: 30_000, retryAfter: 5_000 },
    domains: [],
    profile: 'edge',
    timers: { t1: 500, t2: 4_000, t4: 5_000, ringTimeout: 180_000 },
    dns: { servers: [] },
    limits: {
      messageBytes: 65_535,
      headerBytes: 16_384,
      headers: 256,
      connections: 10_000,
      connectionsPerSource: 64,
      transactions: 200_000,
      refusalsPerSecond: 10,
    },
    webSocket: {},
    acl: { allow: [], deny: [], groups: {}, action: 'drop' },
    rateLimit: [],
    scanners: {
      action: 'drop',
      userAgents: expect.arrayContaining(['friendly-scanner', 'sipvicious']) as unknown,
      parties: expect.arrayContaining(['sipvicious']) as unknown,
    },
    log: { level: 'info', format: 'json' },
  })
})

test.each(['cluster'])('%s is unknown until it works', (key) => {
  const { success } = configSchema.safeParse({ ...smallest, [key]: {} })
  expect(success).toBe(false)
})

test('rates say their unit, and a flood begins below what can be counted', () => {
  for (const rateLimit of [
    { per: 'source', rate: '50/s' },
    { per: 'set', rate: '6/m', burst: 3 },
  ]) {
    expect(configSchema.safeParse({ ...smallest, rateLimit: [rateLimit] }).success).toBe(true)
  }
  for (const rate of ['50', '0/s', '1/d', '-1/s', 50]) {
    const rateLimit = [{ per: 'source', rate }]
    expect(configSchema.safeParse({ ...smallest, rateLimit }).success).toBe(false)
  }
  expect(configSchema.safeParse({ ...smallest, flood: { threshold: 70_000 } }).success).toBe(false)
})

test('a 6xx cannot be made a reason for failover (§16.7 step 5)', () => {
  for (const on of [603, '6xx', 600]) {
    expect(configSchema.safeParse({ ...smallest, failover: { on: [on] } }).success).toBe(false)
  }
})

test('the JSON Schema for editors describes every key and closes every map', () => {
  const undescribed: string[] = []
  const open: string[] = []
  walk(configJsonSchema(), '')
  expect(undescribed).toEqual([])
  expect(open).toEqual([])

  function walk(schema: unknown, path: string): void {
    if (typeof schema !== 'object' || schema === null) return
    const { properties, additionalProperties } = schema as Record<string, unknown>
    if (typeof properties === 'object' && properties !== null) {
      if (additionalProperties !== false) open.push(path)
      for (const [key, value] of Object.entries(properties)) {
        if (!('description' in (value as object))) undescribed.push(`${path}.${key}`)
      }
    }
    for (const [key, value] of Object.entries(schema)) walk(value, `${path}.${key}`)
  }
})
