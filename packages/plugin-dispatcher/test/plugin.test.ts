import { expect, test } from '@jest/globals'
import {
  createApp,
  inject,
  type FailureContext,
  type Handled,
  OnFailure,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { defineAlgorithm, type Destination, Dispatcher, dispatcher, inOrder } from '#src/index.js'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }
const bob = { method: 'INVITE', uri: 'sip:bob@example.com' }

@Routes()
class LoadBalancer {
  readonly #dispatcher: Dispatcher

  constructor(@inject(Dispatcher) dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher
  }

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay(this.#dispatcher.select('gateways', ctx), { timeoutMs: 2_000 })
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    return ctx.timedOut || ctx.response.status >= 500 ? ctx.relayNext() : ctx.forward()
  }
}

type Config = Parameters<typeof dispatcher>[0]

function appWith(config: Config) {
  return createApp({ log: quiet, plugins: [dispatcher(config)], routes: [LoadBalancer] })
}

test('a call walks the set: silence, then 503, then 200 (§16.9, RFC 3263 §4.3)', async () => {
  const app = await appWith({ sets: { gateways: { destinations: ['sip:a', 'sip:b', 'sip:c'] } } })
  const call = await app.inject(bob, {
    backends: { 'sip:a': 'timeout', 'sip:b': 503, 'sip:c': [{ status: 180 }, { status: 200 }] },
  })
  expect(call.status).toBe(200)
  expect(call.branches.map(({ target }) => target.uri)).toEqual(['sip:a', 'sip:b', 'sip:c'])
  const [a, b, c] = app.resolve(Dispatcher).sets()[0]!.destinations
  expect(a!.counters).toMatchObject({ selected: 1, attempts: 1, failedByNoResponse: 1 })
  expect(b!.counters).toMatchObject({
    selected: 0,
    attempts: 1,
    failedByResponse: 1,
    lastStatus: 503,
  })
  expect(c!.counters).toMatchObject({ selected: 0, attempts: 1, lastStatus: 200 })
  await app.close()
})

test('priority: the 503 of the first brings exactly one INVITE to the second and none to the third', async () => {
  const app = await appWith({
    sets: {
      gateways: {
        algorithm: 'priority',
        destinations: [
          { uri: 'sip:c', priority: 1 },
          { uri: 'sip:a', priority: 3 },
          { uri: 'sip:b', priority: 2 },
        ],
      },
    },
  })
  const call = await app.inject(bob, { backends: { 'sip:a': 503, 'sip:b': 200, 'sip:c': 200 } })
  expect(call.branches.map(({ target }) => target.uri)).toEqual(['sip:a', 'sip:b'])
  await app.close()
})

test('no usable destination: 503, without Retry-After (§21.5.4)', async () => {
  const app = await appWith({
    sets: {
      gateways: {
        destinations: [
          { uri: 'sip:a', flags: 1 },
          { uri: 'sip:b', flags: 4 },
        ],
      },
    },
  })
  const call = await app.inject(bob)
  expect(call.status).toBe(503)
  expect(call.response?.headers.has('Retry-After')).toBe(false)
  await app.close()
})

test('an algorithm of one’s own fits in ten lines', async () => {
  const leastCost = defineAlgorithm('least-cost', () => {
    let cheapest: readonly Destination[] = []
    return {
      load(destinations) {
        cheapest = destinations.toSorted((a, b) => cost(a) - cost(b))
      },
      select: () => inOrder(cheapest),
    }
  })
  const cost = ({ attrs }: Destination): number => Number(attrs.get('cost') ?? 0)
  const app = await appWith({
    sets: {
      gateways: {
        algorithm: leastCost,
        destinations: [
          { uri: 'sip:a', attrs: { cost: '2' } },
          { uri: 'sip:b', attrs: { cost: '1' } },
        ],
      },
    },
  })
  const call = await app.inject(bob, { backends: { 'sip:a': 200, 'sip:b': 200 } })
  expect(call.branches.map(({ target }) => target.uri)).toEqual(['sip:b'])
  await app.close()
})

test('a key of a later version, a bad URI, an unknown algorithm, a missing file: each is refused by name', async () => {
  expect(() => dispatcher({ cluster: true } as Config)).toThrow(/cluster/)
  const badUri = { sets: { gateways: { destinations: ['sip:'] } } }
  expect(() => dispatcher(badUri)).toThrow(/sets\.gateways\.destinations\.0/)
  await expect(appWith({ sets: { gateways: { algorithm: 'fastest' } } })).rejects.toThrow(
    /no algorithm fastest; there are call-load, hash-auth-user, .*round-robin, .*weight/,
  )
  await expect(appWith({ source: { file: '/nowhere/dispatcher.list' } })).rejects.toThrow(
    /\/nowhere\/dispatcher\.list/,
  )
})
