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
