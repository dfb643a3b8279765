import { expect, test } from '@jest/globals'
import { defineAlgorithm, inOrder } from '#src/select/algorithm.js'
import { dispatcherConfig, isAttribute, isDestinationUri } from '#src/config.js'

/** Where the faults are, in order. */
function faults(given: unknown): string[] {
  const { error } = dispatcherConfig.safeParse(given)
  return error?.issues.map(({ path }) => path.join('.')) ?? []
}

function withDestinations(...destinations: readonly unknown[]) {
  return { sets: { 1: { destinations } } }
}

test('nothing said: no set, no file, probes of all every 30 s', () => {
  expect(dispatcherConfig.parse({})).toEqual({
    sets: {},
    load: { maxCalls: 200_000, maxDurationMs: 12 * 60 * 60_000 },
    health: {
      retryAfterMaxMs: 60_000,
      panicPercent: 50,
      slowStartMs: 0,
      damping: { flaps: 5, withinMs: 600_000, holdMs: 60_000 },
      ejection: {
        ...{ consecutive: 3, baseMs: 30_000, maxMs: 300_000, maxPercent: 50 },
        ...{ statuses: [], probeEnds: false },
      },
    },
    probe: {
      headers: {},
      own: [],
      method: 'OPTIONS',
      intervalMs: 30_000,
      timeoutMs: 2_000,
      threshold: 3,
      recover: 1,
      replyCodes: ['200-299'],
      from: 'sip:dispatcher@localhost',
      mode: 'all',
    },
    maxRetries: 10_000,
  })
})

test('a URI alone is a destination with every default', () => {
  const { sets } = dispatcherConfig.parse(withDestinations('sip:10.0.0.1'))
  expect(sets['1']).toEqual({
    algorithm: 'round-robin',
    boundedLoad: 0,
    redistribute: false,
    userOnly: false,
    destinations: [{ uri: 'sip:10.0.0.1', priority: 0, flags: 0, attrs: {}, probe: {} }],
  })
})

test('what a destination leaves out of its probe is no default: that of all stands', () => {
  const { sets } = dispatcherConfig.parse(withDestinations({ uri: 'sip:a', probe: { recover: 2 } }))
  expect(sets['1']!.destinations[0]!.probe).toEqual({ recover: 2 })
})

test('every fault is named at once, each by its place', () => {
  expect(
    faults({
      sets: { 1: { destinations: ['sip:a', 'nowhere'] }, 2: { algorithm: {} } },
      probe: { threshold: 0, mode: 'sometimes', replyCodes: [200, 100] },
      source: { file: '' },
      maxRetries: 0,
    }).toSorted(),
  ).toEqual([
    'maxRetries',
    'probe.mode',
    'probe.replyCodes.1',
    'probe.threshold',
    'sets.1.destinations.1',
    'sets.2.algorithm',
    'source.file',
  ])
})

test.each([
  { given: { cluster: true }, key: 'cluster' },
  { given: { probe: { intervall: 1 } }, key: 'intervall' },
  { given: { source: { file: 'x', watch: true } }, key: 'watch' },
  { given: { sets: { 1: { algorithms: 4 } } }, key: 'algorithms' },
])('a key that is not known is refused and named: $key', ({ given, key }) => {
  expect(dispatcherConfig.safeParse(given).error?.message).toContain(key)
})

test.each([
  { name: 'no SIP URI', given: { uri: 'tel:+1' } },
  { name: 'an unknown key', given: { uri: 'sip:a', wieght: 1 } },
  { name: 'a probe mode of its own', given: { uri: 'sip:a', probe: { mode: 'all' } } },
  { name: 'half a priority', given: { uri: 'sip:a', priority: 0.5 } },
  { name: 'a negative weight', given: { uri: 'sip:a', weight: -1 } },
  { name: 'a weight beyond a million', given: { uri: 'sip:a', weight: 1_000_001 } },
  { name: 'flags beyond 63', given: { uri: 'sip:a', flags: 64 } },
  { name: 'a weight attribute that is no number', given: { uri: 'sip:a', attrs: { Weight: 'x' } } },
  {
    name: 'a maxload attribute that is no number',
    given: { uri: 'sip:a', attrs: { maxload: '' } },
  },
  { name: 'neither a URI nor an object', given: 5 },
])('a destination is refused: $name', ({ given }) => {
  expect(faults(withDestinations('sip:b', given))).toHaveLength(1)
  expect(faults(withDestinations('sip:b', given))[0]).toMatch(/^sets\.1\.destinations\.1/)
})

test('a destination is once in its set, by id; its URI may be there again, and so may its id elsewhere', () => {
  expect(faults(withDestinations('sip:a', 'sip:b', 'sip:a'))).toEqual(['sets.1.destinations.2'])
  const duids = [
    { uri: 'sip:a', attrs: { duid: 'x' } },
    { uri: 'sip:b', id: 'x' },
  ]
  expect(faults(withDestinations(...duids))).toEqual(['sets.1.destinations.1'])
  expect(faults(withDestinations('sip:a', { uri: 'sip:a', id: 'again' }))).toEqual([])
  expect(
    faults({ sets: { 1: { destinations: ['sip:a'] }, 2: { destinations: ['sip:a'] } } }),
  ).toEqual([])
})

test.each([
  [{ method: 'options' }, 'probe.method'],
  [{ intervalMs: -1 }, 'probe.intervalMs'],
  [{ timeoutMs: 0 }, 'probe.timeoutMs'],
  [{ recover: 0 }, 'probe.recover'],
  [{ replyCodes: ['489-480'] }, 'probe.replyCodes.0'],
  [{ from: 'dispatcher' }, 'probe.from'],
])('a probe is refused: %j', (probe, place) => {
  expect(faults({ probe })).toEqual([place])
})

test('an algorithm is a name, a number, or one that was defined', () => {
  const own = defineAlgorithm('own', () => ({ load: () => undefined, select: () => inOrder([]) }))
  for (const algorithm of ['weight', 4, own]) {
    expect(dispatcherConfig.parse({ sets: { 1: { algorithm } } }).sets['1']!.algorithm).toBe(
      algorithm,
    )
  }
  const lookalike = { name: own.name, start: own.start }
  expect(faults({ sets: { 1: { algorithm: lookalike } } })).toEqual(['sets.1.algorithm'])
})

test.each([
  ['sip:10.0.0.1', true],
  ['sips:a.example.com:5061;transport=tcp', true],
  ['sip:[2001:db8::1]:5060', true],
  ['sip:a?Subject=x', false],
  ['tel:+15551230000', false],
  ['sip:', false],
  ['10.0.0.1', false],
])('%s may be a destination: %p', (uri, may) => {
  expect(isDestinationUri(uri)).toBe(may)
})

test('weight and maxload are whole numbers, other attributes are free', () => {
  expect(['0', '50', '1000000'].every((value) => isAttribute('weight', value))).toBe(true)
  expect(
    ['', '-1', '1.5', '1e3', '0x10', '1000001'].some((value) => isAttribute('MaxLoad', value)),
  ).toBe(false)
  expect(isAttribute('duid', 'fs1')).toBe(true)
})

test('a key that nobody knows, and a bound below 1, are refused by place', () => {
  const set = (given: object): unknown => dispatcherConfig.safeParse({ sets: { 1: given } }).error
  expect(String(set({ key: 'header:' }))).toMatch(/expected a key: call-id, from/)
  expect(String(set({ key: 'user' }))).toMatch(/expected a key/)
  expect(String(set({ boundedLoad: 0.5 }))).toMatch(/a factor from 1 to 100/)
  for (const key of ['header:X-Tenant', 'from.user', () => 'x'])
    expect(set({ key })).toBeUndefined()
})
