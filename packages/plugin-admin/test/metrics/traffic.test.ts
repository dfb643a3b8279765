import { expect, test } from '@jest/globals'
import {
  type App,
  createApp,
  type FailureContext,
  type Handled,
  inject,
  OnFailure,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { Dispatcher, dispatcher } from '@sipwright/plugin-dispatcher'
import { exposition } from '#src/metrics/family.js'
import { Metrics } from '#src/metrics/metrics.js'

@Routes()
class Balancer {
  readonly #dispatcher: Dispatcher

  constructor(@inject(Dispatcher) dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher
  }

  @OnRequest('*')
  request(ctx: RequestContext): Handled {
    const destinations = this.#dispatcher.select('media', ctx)
    if (destinations.isEmpty) return ctx.reply(503)
    ctx.recordRoute()
    return ctx.relay(destinations)
  }

  @OnFailure('*')
  failed(ctx: FailureContext): Handled {
    return ctx.response.status === 503 || ctx.timedOut ? ctx.relayNext() : ctx.forward()
  }
}

async function counted(): Promise<{ app: App; lines: () => readonly string[] }> {
  const all: Metrics[] = []
  const app = await createApp({
    log: { error() {}, warn() {}, info() {}, debug() {} },
    plugins: [
      { name: 'metrics', requires: [], setup: (host) => void all.push(new Metrics(host, '1.2.3')) },
      dispatcher({
        sets: {
          media: {
            algorithm: 'priority',
            destinations: [
              { uri: 'sip:10.0.0.1', id: 'fs1', priority: 2, maxLoad: 10 },
              { uri: 'sip:10.0.0.2', id: 'fs2' },
            ],
          },
        },
        probe: { mode: 'none' },
      }),
    ],
    routes: [Balancer],
  })
  all[0]!.close()
  return { app, lines: () => exposition(all[0]!.families()).split('\n') }
}

const bob = { method: 'INVITE', uri: 'sip:bob@example.com' }

test('a call that goes on to the next destination is counted as such, with why and how long', async () => {
  const { app, lines } = await counted()
  await app.inject(bob, { backends: { 'sip:10.0.0.1': 503, 'sip:10.0.0.2': 200 } })
  const told = lines()
  expect(told).toEqual(
    expect.arrayContaining([
      'sipwright_requests_total{method="INVITE",direction="out"} 2',
      'sipwright_responses_total{method="INVITE",code_class="5xx",code="503",direction="in"} 1',
      'sipwright_responses_total{method="INVITE",code_class="2xx",code="200",direction="out"} 1',
      'sipwright_calls_total{set="media",result="answered"} 1',
      'sipwright_dispatcher_failovers_total{set="media",from="fs1",code="503"} 1',
      'sipwright_dispatcher_selected_total{set="media",destination="fs1",algorithm="priority"} 1',
      'sipwright_dispatcher_attempts_total{set="media",destination="fs2"} 1',
      'sipwright_calls{set="media",destination="fs2",phase="up"} 1',
      'sipwright_dispatcher_destination_state{set="media",destination="fs1",state="active"} 1',
      'sipwright_dispatcher_destination_capacity{set="media",destination="fs1"} 10',
      'sipwright_dispatcher_no_destination_total{set="media"} 0',
      'sipwright_invite_answer_seconds_count{set="media"} 1',
    ]),
  )
  expect(told.find((line) => line.includes('build_info{version="1.2.3"'))).toBeDefined()
})

test('what strangers write becomes no label: methods and statuses that nobody knows are other', async () => {
  const { app, lines } = await counted()
  for (const method of ['FOO', 'BAR', 'BAZ']) {
    await app.inject({ ...bob, method }, { backends: { 'sip:10.0.0.1': 499 } })
  }
  const told = lines()
  expect(told).toContain('sipwright_requests_total{method="other",direction="out"} 3')
  expect(told).toContain(
    'sipwright_responses_total{method="other",code_class="4xx",code="other",direction="in"} 3',
  )
  expect(told.join()).not.toMatch(/FOO|BAR|BAZ|bob/)
})

test('a request that finds no usable destination is counted once', async () => {
  const { app, lines } = await counted()
  for (const id of ['fs1', 'fs2']) app.resolve(Dispatcher).setAdminState('media', id, 'drain')
  await app.inject(bob)
  const told = lines()
  expect(told).toContain('sipwright_dispatcher_no_destination_total{set="media"} 1')
  expect(told).toContain('sipwright_calls_total{set="",result="failed"} 1')
  expect(told).toContain(
    'sipwright_dispatcher_destination_state{set="media",destination="fs1",state="drain"} 1',
  )
})

test('every series has one line, and every family its type before it', async () => {
  const { app, lines } = await counted()
  await app.inject(bob, { backends: { 'sip:10.0.0.1': 503, 'sip:10.0.0.2': 200 } })
  const series = lines().filter((line) => line !== '' && !line.startsWith('#'))
  const names = series.map((line) => line.slice(0, line.lastIndexOf(' ')))
  expect(new Set(names).size).toBe(names.length)
  for (const line of series) {
    expect(line).toMatch(
      /^sipwright_[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? -?[\d.e+-]+$/,
    )
  }
})
