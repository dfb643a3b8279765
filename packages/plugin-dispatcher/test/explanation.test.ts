import { expect, test } from '@jest/globals'
import { type ReplyContext } from '@sipwright/framework'
import { answer, invite, SeededChance } from '@sipwright/framework/testing'
import { defineAlgorithm, inOrder } from '#src/select/algorithm.js'
import { formatExplanation, type Explanation } from '#src/explanation.js'
import { dispatching, tried } from './rig.js'

const four = ['sip:a', 'sip:b', 'sip:c', 'sip:d']

test.each(['round-robin', 'priority', 'weight', 'hash-call-id'])(
  '%s: explain names what the next selection takes, over one set or two, and moves nothing',
  async (algorithm) => {
    const { dispatcher } = await dispatching({
      sets: {
        1: { algorithm, destinations: four.map((uri, n) => ({ uri, weight: n })) },
        2: { algorithm, destinations: ['sip:e', 'sip:b', { uri: 'sip:f', maxLoad: 1 }] },
      },
    })
    const chance = new SeededChance(11)
    const draw = (below: number): number => Math.floor(chance.random() * below)
    const everyone = dispatcher.sets().flatMap(({ destinations }) => destinations)
    for (let call = 0; call < 1_000; call++) {
      const one = everyone[draw(everyone.length)]!
      if (draw(4) === 0) dispatcher.mark(one.setId, one.id, draw(3) === 0 ? 'inactive' : 'active')
      if (draw(9) === 0)
        dispatcher.setAdminState(one.setId, one.id, draw(3) === 0 ? 'drain' : 'ready')
      if (one.maxLoad > 0) one.load.calls = draw(2)
      const sets = [1, [1, 2], [{ set: 2, limit: draw(3) }, 1]][draw(3)]!
      const limit = 1 + draw(5)
      const ctx = { request: invite({ callId: `call ${draw(300)}` }), now: call }
      const before = everyone.map(({ counters }) => ({ ...counters }))
      const explained = [1, 2, 3].map(() => dispatcher.explain(ctx, sets, { limit }))
      expect(everyone.map(({ counters }) => counters)).toEqual(before)
      for (const each of explained) expect(each).toEqual(explained[0])
      expect(explained[0]!.sets.every(({ certainty }) => certainty === 'exact')).toBe(true)
      expect(uris(explained[0]!)).toEqual(tried(dispatcher.select(sets, ctx, { limit })))
    }
  },
)

test('why the others are out: the operator, health, load, a limit, a set before', async () => {
  const { clock, dispatcher, ctx } = await dispatching({
    sets: {
      1: { destinations: ['sip:a', 'sip:b', { uri: 'sip:c', maxLoad: 2 }, 'sip:d'] },
      2: { destinations: ['sip:d', 'sip:e', 'sip:f'] },
    },
  })
  clock.advance(7_000)
  dispatcher.setAdminState(1, 'sip:a', 'drain')
  dispatcher.mark(1, 'sip:b', 'inactive', 'answered 503')
  dispatcher.sets()[0]!.destinations[2]!.load.calls = 2
  const explanation = dispatcher.explain(ctx(), [1, { set: 2, limit: 1 }])
  expect(uris(explanation)).toEqual(['sip:d', 'sip:e'])
  expect(explanation.excluded.map(({ uri, set, exclusion }) => [set, uri, exclusion])).toEqual([
    ['1', 'sip:a', { kind: 'admin', state: 'drain' }],
    ['1', 'sip:b', { kind: 'health', state: 'inactive', reason: 'answered 503', sinceMs: 7_000 }],
    ['1', 'sip:c', { kind: 'full', reached: { cap: 'calls', at: 2, limit: 2 } }],
    ['2', 'sip:d', { kind: 'duplicate', set: '1' }],
    ['2', 'sip:f', { kind: 'limit', limit: 1 }],
  ])
  expect(formatExplanation(explanation).split('\n')).toEqual([
    'set 1: round-robin (turns until it is next; least first)',
    'set 2: round-robin (turns until it is next; least first)',
    '1. 1 sip:d (0)',
    '2. 2 sip:e (1)',
    '–  1 sip:a (1): set to drain',
    '–  1 sip:b (2): inactive: answered 503',
    '–  1 sip:c (3): full: 2 of 2 calls',
    '–  2 sip:d (0): tried in set 1 before',
    '–  2 sip:f (2): beyond the limit of 1',
  ])
})

test('a challenged caller goes first to who challenged, and the explanation says so', async () => {
  const { clock, dispatcher, ctx } = await dispatching({ sets: { 1: { destinations: four } } })
  dispatcher.select(1, ctx('one')).next()
  const request = invite({ callId: 'one', cseq: 1 })
  const target = dispatcher.sets()[0]!.destinations[2]!.target
  // What the framework hands to `onReply`, as far as it is read.
  const reply = { request, now: clock.now(), response: answer(request, 401), branch: { target } }
  dispatcher.replied(reply as unknown as ReplyContext)
  const explanation = dispatcher.explain(ctx('one', 2), 1)
  expect(explanation.candidates.map(({ challenged }) => challenged)).toEqual([
    true,
    false,
    false,
    false,
  ])
  expect(formatExplanation(explanation)).toContain('1. 1 sip:c, has challenged this caller')
  expect(uris(explanation)).toEqual(tried(dispatcher.select(1, ctx('one', 2))))
})

test('an algorithm that cannot say, one that draws, and one that passes somebody over', async () => {
  const { dispatcher, ctx } = await dispatching({ sets: { 1: { destinations: four.slice(0, 3) } } })
  const silent = defineAlgorithm('silent', () => ({ load() {}, select: () => inOrder([]) }))
  const drawing = defineAlgorithm('drawing', () => {
    let loaded: Parameters<ReturnType<typeof silent.start>['load']>[0] = []
    return {
      load(destinations) {
        loaded = destinations
      },
      select: () => inOrder(loaded),
      preview: () => ({
        order: [
          { destination: loaded[1]!, score: 0.7 },
          { destination: loaded[0]!, score: 0.3, out: 'sheds 30 % of its calls' },
        ],
        score: 'chance',
        drawn: true,
      }),
    }
  })
  const unknown = dispatcher.explain(ctx(), 1, { algorithm: silent })
  expect([unknown.sets[0]!.certainty, uris(unknown)]).toEqual([
    'unknown',
    ['sip:a', 'sip:b', 'sip:c'],
  ])
  const drawn = dispatcher.explain(ctx(), 1, { algorithm: drawing })
  expect(formatExplanation(drawn).split('\n')).toEqual([
    'set 1: drawing (chance), drawn',
    '1. 1 sip:b (0.7)',
    '–  1 sip:a (0.3): sheds 30 % of its calls',
    '–  1 sip:c: passed over by the algorithm',
  ])
})

test('a request that nobody has sent is explained by what it would say', async () => {
  const { dispatcher, ctx } = await dispatching({
    sets: { 1: { algorithm: 'hash-call-id', destinations: four } },
  })
  for (const callId of ['one', 'two', 'three', 'four']) {
    const explanation = dispatcher.explain({ uri: 'sip:bob@biloxi.com', callId }, 1)
    expect(uris(explanation)).toEqual(tried(dispatcher.select(1, ctx(callId))))
  }
  const like = { uri: 'sip:bob@biloxi.com', headers: { 'X-Tenant': 'a\r\nb' } }
  expect(() => dispatcher.explain(like, 1)).toThrow('X-Tenant')
  expect(() => dispatcher.explain(ctx(), 7)).toThrow('no destination set 7')
})

function uris({ candidates }: Explanation): string[] {
  return candidates.map(({ uri }) => uri)
}
