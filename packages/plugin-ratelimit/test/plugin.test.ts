import { expect, test } from '@jest/globals'
import {
  createApp,
  OnRequest,
  Routes,
  Use,
  type Handled,
  type RequestContext,
} from '@sipwright/framework'
import { Network, Phone, testWorkers } from '@sipwright/framework/testing'
import { callPolicy, rateLimit, rateLimiting, RateLimits } from '#src/index.js'
import { from, quiet } from './rig.js'

@Routes()
@Use(
  callPolicy({
    deny: ['00', '+'],
    allow: ['', '0049'],
    decide: (_ctx, number) => (number === '666' ? 'no' : undefined),
  }),
)
class Answering {
  @OnRequest('INVITE')
  @Use(rateLimit({ perSecond: 0.01, burst: 2, by: ({ source }) => source.address }))
  invite(ctx: RequestContext): Handled {
    return ctx.reply(486)
  }

  @OnRequest('MESSAGE')
  message(ctx: RequestContext): Handled {
    return ctx.reply(200)
  }
}

function app(config: Parameters<typeof rateLimiting>[0] = {}) {
  return createApp({ plugins: [rateLimiting(config)], routes: [Answering], log: quiet })
}

test('rateLimit on a route: two at once, then 503 with Retry-After; other methods are not counted', async () => {
  const edge = await app()
  const statuses: number[] = []
  for (const method of ['INVITE', 'INVITE', 'INVITE', 'MESSAGE']) {
    const { status, responses } = await edge.inject({ method, uri: 'sip:bob@example.com' })
    statuses.push(status!)
    if (status === 503) {
      expect(Number(responses.at(-1)?.headers.get('Retry-After'))).toBeGreaterThan(80)
    }
  }
  expect(statuses).toEqual([486, 486, 503, 200])
  expect(() => rateLimit({ perSecond: 0 }).create(undefined)).toThrow(/above 0, found 0/)
})

test.each([
  ['100', 486],
  ['0049301234', 486],
  ['0012125550100', 403],
  ['+12125550100', 403],
  ['666', 403],
])('callPolicy: a call to %s gets %i (security.md §3 row 32)', async (number, expected) => {
  const { status } = await (
    await app()
  ).inject({ method: 'INVITE', uri: `sip:${number}@example.com` })
  expect(status).toBe(expected)
})

test('a flood over the network is dropped before a transaction exists, and its ban is lifted by hand', async () => {
  const network = new Network()
  const edge = await createApp({
    ...{ plugins: [rateLimiting({ flood: { threshold: 20 } })], routes: [Answering], log: quiet },
    ...{ clock: network.clock, chance: network.chance, transports: [network.transport('UDP')] },
  })
  await edge.listen('udp:192.0.2.1:5060')
  const stranger = await Phone.at(network, {
    at: 'UDP:198.51.100.1:5060',
    proxy: 'UDP:192.0.2.1:5060',
  })
  const friend = await Phone.at(network, {
    at: 'UDP:198.51.100.2:5060',
    proxy: 'UDP:192.0.2.1:5060',
  })
  for (let n = 0; n < 60; n++) stranger.send('MESSAGE', 'sip:bob@example.com')
  await network.run(100)
  const answered = friend.send('MESSAGE', 'sip:bob@example.com')
  await network.run(100)
  expect(answered.outcome).toBe(200)
  const { bans } = edge.resolve(RateLimits)
  expect(bans.list()).toMatchObject([{ source: '198.51.100.1' }])
  expect(edge.counters.dropped).toBeGreaterThanOrEqual(40)
  // Its retransmissions have ended, its ban has not.
  await network.run(40_000)
  expect(bans.lift('198.51.100.1')).toBe(true)
  const again = stranger.send('MESSAGE', 'sip:bob@example.com')
  await network.run(100)
  expect(again.outcome).toBe(200)
})

test('workers share bans, and one that comes later learns them', async () => {
  const network = new Network()
  const seats = testWorkers(2)
  const start = async (index: number) => {
    const worker = await createApp({
      ...{ plugins: [rateLimiting({ flood: {} })], worker: seats[index]!, log: quiet },
      ...{ clock: network.clock, chance: network.chance, transports: [network.transport('UDP')] },
    })
    await worker.listen(`udp:192.0.2.1:${5060 + index}`)
    return worker.resolve(RateLimits)
  }
  const first = await start(0)
  seats[0]!.lead()
  first.bans.add('198.51.100.1', 'flood', 10_000)
  const second = await start(1)
  expect(second.isUnheard('', from('198.51.100.1'))).toBe(true)
  second.bans.add('198.51.100.2', 'flood', 10_000)
  expect(first.isUnheard('', from('198.51.100.2'))).toBe(true)
  second.bans.lift('198.51.100.1')
  expect(first.isUnheard('', from('198.51.100.1'))).toBe(false)
})
