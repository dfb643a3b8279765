import { readFileSync } from 'node:fs'
import { afterEach, expect, test } from '@jest/globals'
import {
  type App,
  createApp,
  type InjectedCall,
  type InjectOptions,
  type InjectRequest,
} from '@sipwright/framework'
import { auth } from '@sipwright/plugin-auth'
import { Dispatcher, dispatcher } from '@sipwright/plugin-dispatcher'
import { rateLimiting } from '@sipwright/plugin-ratelimit'
import { authOptions } from '#src/config/auth-sections.js'
import { CallsInProgress } from '#src/calls-in-progress.js'
import { dispatcherOptions } from '#src/config/dispatcher-options.js'
import { parseConfig } from '#src/config/load.js'
import { rateLimitingOptions } from '#src/config/rate-sections.js'
import { FailoverReport } from '#src/failover-report.js'
import { LoadBalancer } from '#src/routes/load-balancer.js'
import { RoutingPolicy } from '#src/routing-policy.js'
import { routing } from '#src/routing-plugin.js'

const [a, b, c] = ['sip:10.0.1.1:5060', 'sip:10.0.1.2:5060', 'sip:10.0.1.3:5060'] as const
const ignore = (): void => undefined
const log = { error: ignore, warn: ignore, info: ignore, debug: ignore }

let app: App
const started: App[] = []
let calls: CallsInProgress
let failovers: FailoverReport
let draining = false

afterEach(async () => {
  draining = false
  await Promise.all(started.splice(0).map((each) => each.close()))
})

test('the route class is short enough for a README', () => {
  const source = new URL('../../../src/routes/load-balancer.ts', import.meta.url)
  const text = readFileSync(source, 'utf8')
  const lines = text.slice(text.indexOf('@Routes()')).split('\n')
  expect(lines.length).toBeLessThanOrEqual(26)
})

test('calls go to the destinations in turn, the Request-URI stays as it came', async () => {
  await start()
  const seen: string[] = []
  for (let count = 0; count < 6; count++) {
    const call = await invite({ backends: { [a]: 200, [b]: 200, [c]: 200 } })
    expect(call.status).toBe(200)
    expect(call.branches[0]?.request?.uri).toBe('sip:1000@example.com')
    seen.push(...targetsOf(call))
  }
  expect(seen.slice(0, 3).toSorted()).toEqual([a, b, c])
  expect(seen.slice(3)).toEqual(seen.slice(0, 3))
})

test('rateLimit per set: what a set gets too much of is answered 503 with Retry-After', async () => {
  await start('rateLimit: [{ per: set, rate: 1/h, burst: 2 }]')
  const statuses: (number | undefined)[] = []
  for (let count = 0; count < 3; count++) {
    const call = await invite({ backends: { [a]: 486, [b]: 486, [c]: 486 } })
    statuses.push(call.status)
  }
  expect(statuses).toEqual([486, 486, 503])
})

test('a set that no source has, yet or any more, is one without usable destination', async () => {
  await start('failover: { noDestination: 480 }')
  await app.resolve(Dispatcher).configure({ sets: { later: {} } })
  expect((await invite({})).status).toBe(480)
  await app.resolve(Dispatcher).add(1, a)
  expect((await invite({ backends: { [a]: 200 } })).status).toBe(200)
})

test('503, a refused transport and silence each go on to the next destination (RFC 3263 §4.3)', async () => {
  await start()
  const call = await invite({ backends: { [a]: 503, [b]: 'refused', [c]: 200 } })
  expect(call.status).toBe(200)
  expect(call.branches).toHaveLength(3)
  expect(failovers.failovers).toBe(2)
})

test('a destination that is silent is given up after failover.noResponse', async () => {
  await start('failover: { noResponse: 700ms }')
  const call = await invite({ backends: { [a]: 'timeout', [b]: 200, [c]: 200 } })
  expect(call.status).toBe(200)
  expect(targetsOf(call)).toEqual([a, b])
  expect(call.elapsedMs).toBe(700)
})

test('other answers go to the caller unchanged and nobody else is tried', async () => {
  for (const status of [404, 408, 486, 500, 603]) {
    await start()
    const call = await invite({ backends: { [a]: status, [b]: 200, [c]: 200 } })
    expect([call.status, call.branches.length]).toEqual([status, 1])
  }
})

test('failover.on opts in to further answers, never to a 6xx (§16.7 step 5)', async () => {
  await start("failover: { on: ['5xx', 408] }")
  expect((await invite({ backends: { [a]: 500, [b]: 408, [c]: 200 } })).status).toBe(200)
  await start("failover: { on: ['5xx', 408] }")
  expect((await invite({ backends: { [a]: 603, [b]: 200, [c]: 200 } })).status).toBe(603)
})

test('no more than failover.maxAttempts destinations are tried; a last 503 becomes 500 (§16.7 step 6)', async () => {
  await start('failover: { maxAttempts: 2 }')
  const call = await invite({ backends: { [a]: 503, [b]: 503, [c]: 200 } })
  expect([call.status, call.branches.length]).toEqual([500, 2])
})

test('INVITE, SUBSCRIBE and REFER are record-routed, MESSAGE is not (§16.6 step 4)', async () => {
  await start()
  for (const method of ['INVITE', 'SUBSCRIBE', 'REFER', 'MESSAGE']) {
    const call = await app.inject(
      { method, uri: 'sip:1000@example.com' },
      { backends: { [a]: 200, [b]: 200, [c]: 200 } },
    )
    const routed = call.branches[0]?.request?.headers.has('Record-Route')
    expect([method, routed]).toEqual([method, method !== 'MESSAGE'])
  }
})

test('no rule for a request: 404', async () => {
  await start("route: [{ user: '2*', set: 1 }]")
  const call = await invite({})
  expect([call.status, call.branches.length]).toEqual([404, 0])
})

test('no usable destination: failover.noDestination without Retry-After', async () => {
  await start('failover: { noDestination: 480 }', [])
  const call = await invite({})
  expect(call.status).toBe(480)
  expect(call.response?.headers.has('Retry-After')).toBe(false)
})

test('an OPTIONS to ourselves is answered 200, one to a user is relayed', async () => {
  await start()
  const ours = await app.inject({ method: 'OPTIONS', uri: 'sip:lb.example.com' })
  expect([ours.status, ours.branches.length]).toEqual([200, 0])
  const relayed = await app.inject(
    { method: 'OPTIONS', uri: 'sip:bob@lb.example.com' },
    { backends: { [a]: 200, [b]: 200, [c]: 200 } },
  )
  expect([relayed.status, relayed.branches.length]).toEqual([200, 1])
})

test('while it drains, requests outside a dialog get 503 with Retry-After', async () => {
  await start()
  draining = true
  const call = await invite({ backends: { [a]: 200, [b]: 200, [c]: 200 } })
  expect([call.status, call.branches.length]).toEqual([503, 0])
  expect(call.response?.headers.has('Retry-After')).toBe(true)
})

test('a call is in progress until it fails or its BYE is answered', async () => {
  await start()
  const headers = { 'Call-ID': 'call-1' }
  const invited: InjectRequest = { method: 'INVITE', uri: 'sip:1000@example.com', headers }
  await app.inject(invited, { backends: { [a]: 486, [b]: 486, [c]: 486 } })
  expect(calls.size).toBe(0)
  await app.inject(invited, { backends: { [a]: 200, [b]: 200, [c]: 200 } })
  expect(calls.size).toBe(1)
  await app.inject(
    { method: 'BYE', uri: 'sip:1000@example.com', headers },
    { backends: { [a]: 200, [b]: 200, [c]: 200 } },
  )
  expect(calls.size).toBe(0)
})

async function start(more = '', destinations: readonly string[] = [a, b, c]): Promise<void> {
  const sets = JSON.stringify({ 1: { destinations } })
  const loaded = parseConfig(
    'lb.yaml',
    `listen: [udp:127.0.0.1:0]\ndispatcher: { sets: ${sets}, probe: { interval: 0 } }\n${more}\n`,
  )
  if (loaded.kind === 'faults') throw new Error(JSON.stringify(loaded.faults))
  const policy = new RoutingPolicy(loaded.config)
  policy.answerTo([{ host: 'lb.example.com', port: undefined }])
  calls = new CallsInProgress(100)
  failovers = new FailoverReport(log)
  app = await createApp({
    plugins: [
      rateLimiting(rateLimitingOptions(loaded.config)),
      auth(authOptions(loaded.config, loaded.config.directory)),
      dispatcher(dispatcherOptions(loaded.config)),
      routing({
        ...{ policy, calls, failovers },
        draining: () => (draining ? loaded.config.drain : undefined),
      }),
    ],
    routes: [LoadBalancer],
    log,
  })
  started.push(app)
}

function invite(options: InjectOptions): Promise<InjectedCall> {
  return app.inject({ method: 'INVITE', uri: 'sip:1000@example.com' }, options)
}

function targetsOf(call: InjectedCall): readonly string[] {
  return call.branches.map(({ target }) => target.uri)
}
