/** The algorithm of one's own that stands in the dispatcher's README is this one, and it balances. */
import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import {
  createApp,
  inject,
  OnFailure,
  OnRequest,
  Routes,
  type FailureContext,
  type Handled,
  type RequestContext,
} from '@sipwright/framework'
import { Dispatcher, dispatcher, formatExplanation } from '@sipwright/plugin-dispatcher'
import { leastCost } from './least-cost.js'
import { repository } from './repository.js'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }
const bob = 'sip:bob@example.com'

@Routes()
class LoadBalancer {
  readonly #dispatcher: Dispatcher

  constructor(@inject(Dispatcher) dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher
  }

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    return ctx.relay(this.#dispatcher.select('gateways', ctx))
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    return ctx.relayNext()
  }
}

function balancing() {
  const destinations = [
    { uri: 'sip:dear', attrs: { cost: '9' } },
    { uri: 'sip:cheap', attrs: { cost: '1' } },
    { uri: 'sip:fair', attrs: { cost: '4' } },
  ]
  return createApp({
    plugins: [dispatcher({ sets: { gateways: { algorithm: leastCost, destinations } } })],
    routes: [LoadBalancer],
    log: quiet,
  })
}

test('the algorithm in the README of the dispatcher is the one that is tested here', () => {
  const readme = readFileSync(`${repository}/packages/plugin-dispatcher/README.md`, 'utf8')
  const example = readFileSync(`${repository}/test/documents/least-cost.ts`, 'utf8')
  expect(readme).toContain('```ts\n' + example + '```')
})

test('the cheapest gateway has the call, and when it refuses, the next cheapest', async () => {
  const app = await balancing()
  const call = await app.inject(
    { method: 'INVITE', uri: bob },
    { backends: { 'sip:cheap': 503, 'sip:fair': 200, 'sip:dear': 200 } },
  )
  expect(call.status).toBe(200)
  expect(call.branches.map(({ target }) => target.uri)).toEqual(['sip:cheap', 'sip:fair'])
  await app.close()
})

test('it can be asked what it would do', async () => {
  const app = await balancing()
  const service = app.resolve(Dispatcher)
  service.setAdminState('gateways', 'sip:cheap', 'drain')
  expect(formatExplanation(service.explain({ uri: bob }, 'gateways')).split('\n')).toEqual([
    'set gateways: least-cost (cost; least first)',
    '1. gateways sip:fair (4)',
    '2. gateways sip:dear (9)',
    '–  gateways sip:cheap (1): set to drain',
  ])
  await app.close()
})
