import { expect, test } from '@jest/globals'
import { Health, type HealthState } from '#src/health/health.js'

function health(state: HealthState = 'active', threshold = 3, recover = 2): Health {
  return new Health({ threshold, recover }, state, 'as configured', 0)
}

/** Feeds results, `-` a failure and `+` a success, one per second; the state after each by its letter. */
function after(each: Health, results: string): string {
  let states = ''
  for (let index = 0; index < results.length; index++) {
    const now = (index + 1) * 1_000
    if (results[index] === '+') each.succeeded(`success ${index + 1}`, now)
    else each.failed(`failure ${index + 1}`, now)
    states += each.state === 'active' ? 'A' : each.state === 'trying' ? 'T' : 'I'
  }
  return states
}

test.each([
  { from: 'active', results: '---', states: 'TTI', why: 'the threshold of failures' },
  { from: 'active', results: '--+--+', states: 'TTATTA', why: 'failures must be consecutive' },
  { from: 'trying', results: '--+', states: 'TTA', why: 'one success ends trying' },
  {
    from: 'trying',
    results: '---',
    states: 'TTI',
    why: 'trying as configured has counted nothing',
  },
  { from: 'inactive', results: '++', states: 'IA', why: 'the recovery' },
  { from: 'inactive', results: '+-+-++', states: 'IIIIIA', why: 'successes must be consecutive' },
  { from: 'inactive', results: '-----++', states: 'IIIIIIA', why: 'failures owe nothing' },
  { from: 'inactive', results: '++--+', states: 'IATTA', why: 'a recovered one starts afresh' },
] as const)('$from, $results: $states, $why (dispatcher.md §1.6)', ({ from, results, states }) => {
  expect(after(health(from), results)).toBe(states)
})

test('with a threshold and a recovery of one, each result decides', () => {
  expect(after(health('active', 1, 1), '-+-+')).toBe('IAIA')
})

test('since and reason are those of the result that changed the state', () => {
  const each = health()
  after(each, '--')
  expect([each.state, each.since, each.reason]).toEqual(['trying', 1_000, 'failure 1'])
  each.failed('failure 3', 3_000)
  each.failed('failure 4', 4_000)
  expect([each.state, each.since, each.reason]).toEqual(['inactive', 3_000, 'failure 3'])
})

test.each([
  ['active', '--', 'TT'],
  ['trying', '--', 'TT'],
  ['inactive', '+', 'I'],
] as const)(
  '%s by somebody’s word: at once, and what was counted is forgotten',
  (state, results, states) => {
    const each = health()
    after(each, '--')
    each.force(state, 'said so', 5_000)
    expect(each.state).toBe(state)
    expect(after(each, results)).toBe(states)
  },
)

test('a new policy counts from where the old one was', () => {
  const each = health('active', 5)
  after(each, '--')
  each.policy = { threshold: 3, recover: 1 }
  expect(after(each, '-+')).toBe('IA')
})

const fresh = () => new Health({ threshold: 1, recover: 1 }, 'active', 'new', 0)

test('of several signals the worst holds, and the reason says which', () => {
  const health = fresh()
  health.busy('drain', 1_000, 1, 'http')
  expect([health.state, health.reason]).toEqual(['busy', 'http: drain'])
  health.failed('answered 500', 2)
  expect([health.state, health.reason]).toEqual(['inactive', 'answered 500'])
  health.succeeded('answered 200', 3)
  expect([health.state, health.reason]).toEqual(['busy', 'http: drain'])
  health.succeeded('up', 4, 'http', 60)
  expect([health.state, health.percent]).toEqual(['active', 60])
  health.down('down: disk', 5, 'http')
  health.keepOnly(new Set(), 6)
  expect([health.state, health.reason, health.percent]).toEqual([
    'active',
    'is no longer probed so',
    100,
  ])
})

test('a hold ends by its time, by a word, or by a longer one of its kind', () => {
  const health = fresh()
  health.hold('busy', 'asked', 100, 0)
  health.hold('busy', 'asked for less', 50, 10)
  expect(health.dueAt).toBe(100)
  health.expire(100)
  expect([health.state, health.reason, health.dueAt]).toEqual([
    'active',
    'its Retry-After is over',
    Infinity,
  ])
  health.hold('ejected', 'ejected', 300, 200)
  expect([health.state, health.isEjected, health.isSuspect]).toEqual(['inactive', true, true])
  health.force('active', 'marked', 210)
  expect([health.state, health.isEjected]).toEqual(['active', false])
})

test('what a word has put out is no suspicion of ours', () => {
  const health = fresh()
  health.force('inactive', 'marked', 1)
  expect(health.isSuspect).toBe(false)
  health.succeeded('answered 200', 2)
  health.failed('silent', 3)
  expect(health.isSuspect).toBe(true)
})

test('the last sixteen changes are remembered', () => {
  const health = fresh()
  for (let at = 1; at <= 20; at++) {
    if (at % 2 === 1) health.failed('silent', at)
    else health.succeeded('answered 200', at)
  }
  expect(health.history).toHaveLength(16)
  expect(health.history.at(-1)).toEqual({ state: 'active', reason: 'answered 200', at: 20 })
})
