import { expect, test } from '@jest/globals'
import { dispatcherConfig, type DispatcherInput } from '#src/config.js'
import { Destination, destinationId } from '#src/destination.js'

type Given = NonNullable<NonNullable<DispatcherInput['sets']>[string]['destinations']>[number]

function parsed(given: Given, probe: DispatcherInput['probe']) {
  const config = dispatcherConfig.parse({ sets: { 1: { destinations: [given] } }, probe })
  return { each: config.sets['1']!.destinations[0]!, probe: config.probe }
}

function destination(
  given: Given,
  probe: DispatcherInput['probe'] = {},
  previous?: Destination,
): Destination {
  const config = parsed(given, probe)
  return new Destination('1', config.each, config.probe, previous, 0)
}

test.each([
  [0, 'AX'],
  [8, 'AP'],
  [32, 'AN'],
  [16, 'AX'],
  [8 | 32, 'AP'],
  [2, 'TX'],
  [2 | 8, 'TP'],
  [1, 'IX'],
  [1 | 2, 'IX'],
  [1 | 8, 'IP'],
  [1 | 4 | 8, 'IP'],
  [4, 'DX'],
  [4 | 2, 'DX'],
  [4 | 32, 'DN'],
])(
  'flags %i are shown as %s: I before D before T, P before N (dispatcher.md §1.6)',
  (flags, letters) => {
    expect(destination({ uri: 'sip:a', flags }, { mode: 'flagged' }).letters).toBe(letters)
  },
)

test.each([
  [0, 'AP'],
  [1, 'IP'],
  [2, 'TP'],
  [4, 'DX'],
  [16, 'AX'],
  [32, 'AN'],
])('where all are probed, flags %i are shown as %s (dispatcher.md §1.7)', (flags, letters) => {
  expect(destination({ uri: 'sip:a', flags }).letters).toBe(letters)
})

test('an interval of 0 is no probing, and not shown as such', () => {
  expect(destination('sip:a', { intervalMs: 0 }).letters).toBe('AX')
})

test('letters and usability follow health and the operator', () => {
  const a = destination('sip:a')
  const seen = () => [a.letters, a.usable]
  a.health.force('trying', 'x', 1)
  expect(seen()).toEqual(['TP', true])
  a.state.admin = 'drain'
  expect(seen()).toEqual(['DP', false])
  a.health.force('inactive', 'x', 2)
  expect(seen()).toEqual(['IP', false])
  a.state.admin = 'ready'
  expect(seen()).toEqual(['IP', false])
  a.health.force('active', 'x', 3)
  expect(seen()).toEqual(['AP', true])
  a.state.admin = 'disabled'
  expect(seen()).toEqual(['DX', false])
})

test('its id is what it says, else its duid, else its URI', () => {
  const id = (given: Given) => destinationId(parsed(given, {}).each)
  expect(id({ uri: 'sip:a', id: 'one', attrs: { duid: 'two' } })).toBe('one')
  expect(id({ uri: 'sip:a', attrs: { DUID: 'two' } })).toBe('two')
  expect(id('sip:a')).toBe('sip:a')
})

test('weight and maxLoad: the key, else the attribute in any case, else 1 and any number', () => {
  const attrs = { Weight: '50', MAXLOAD: '30' }
  const values = (given: Given) => {
    const { weight, maxLoad } = destination(given)
    return [weight, maxLoad]
  }
  expect(values({ uri: 'sip:a', attrs, weight: 0, maxLoad: 7 })).toEqual([0, 7])
  expect(values({ uri: 'sip:a', attrs })).toEqual([50, 30])
  expect(values('sip:a')).toEqual([1, 0])
})

test('its own probe keys stand before those of all', () => {
  const own = { method: 'INFO', intervalMs: 500, recover: 4, replyCodes: [404] }
  const { probe } = destination(
    { uri: 'sip:a', probe: own },
    { timeoutMs: 700, threshold: 9, recover: 8, from: 'sip:lb@example.com' },
  )
  expect(probe).toMatchObject({ method: 'INFO', intervalMs: 500, timeoutMs: 700 })
  expect(probe).toMatchObject({ from: 'sip:lb@example.com', threshold: 9, recover: 4 })
  expect([200, 404, 486].map((status) => probe.replyCodes.accepts(status))).toEqual([
    true,
    true,
    false,
  ])
})

test('what replaces it keeps its state, unless it is another place or was given other flags', () => {
  const before = destination({ uri: 'sip:a', id: 'one' })
  before.state.admin = 'drain'
  before.counters.selected = 3
  const kept = destination({ uri: 'sip:a', id: 'one', weight: 9, priority: 2 }, {}, before)
  expect(kept.state).toBe(before.state)
  for (const changed of [
    { uri: 'sip:b', id: 'one' },
    { uri: 'sip:a', id: 'one', flags: 8 },
  ]) {
    expect(destination(changed, {}, before)).toMatchObject({
      usable: true,
      counters: { selected: 0 },
    })
  }
})

test('the proxy is sent to its URI, and the Request-URI stays as it came (§16.5)', () => {
  const a = destination('sip:a')
  expect(a.target).toEqual({ uri: 'sip:a', role: 'next-hop', origin: a })
})
