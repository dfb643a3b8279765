import { expect, test } from '@jest/globals'
import { type OutgoingRequest, type OutgoingResult, SipError } from '@sipwright/framework'
import { answer, invite, SeededChance, VirtualClock } from '@sipwright/framework/testing'
import { dispatcherConfig, type DispatcherInput } from '#src/config.js'
import { Destination } from '#src/destination.js'
import { Prober } from '#src/health/probe.js'

type Given = NonNullable<NonNullable<DispatcherInput['sets']>[string]['destinations']>[number]

type Answering = (uri: string, now: number) => OutgoingResult | 'refused' | number | undefined

/** Destinations of sets that are probed on virtual time; undefined is silence. */
function rig(uris: readonly Given[], probe: object, answering: Answering, sets = 1) {
  const clock = new VirtualClock()
  const config = dispatcherConfig.parse({ sets: { 1: { destinations: [...uris] } }, probe })
  const destinations = Array.from({ length: sets }, (_, set) =>
    config.sets['1']!.destinations.map(
      (each) => new Destination(String(set), each, config.probe, undefined, 0),
    ),
  ).flat()
  const sent: {
    uri: string
    at: number
    method: string
    from: string | undefined
    timeoutMs: number
    headers: Readonly<Record<string, string>> | undefined
  }[] = []
  const log: string[] = []
  let outstanding = 0
  let most = 0
  const host = {
    clock,
    chance: new SeededChance(7),
    send(
      { uri, method, from, timeoutMs, headers }: OutgoingRequest & { timeoutMs: number },
      done: (r: OutgoingResult) => void,
    ) {
      sent.push({ uri, at: clock.now(), method, from, timeoutMs, headers })
      most = Math.max(most, ++outstanding)
      const result = answering(uri, clock.now())
      const end = (outcome: OutgoingResult) => {
        outstanding--
        done(outcome)
      }
      if (result === undefined) clock.after(timeoutMs, () => end({ kind: 'timeout' }))
      else if (result === 'refused') {
        const error = new SipError('SIPW_ERR_UNREACHABLE', [uri, 'refused'])
        end({ kind: 'transport-error', error })
      } else if (typeof result === 'number') {
        end({ kind: 'response', response: answer(invite(), result), elapsedMs: 0 })
      } else end(result)
    },
  }
  const prober = new Prober(host, config.probe.mode, (destination, { state, reason }) => {
    const before = destination.health.state
    if (state === 'up') destination.health.succeeded(reason, clock.now())
    else destination.health.failed(reason, clock.now())
    if (destination.health.state !== before) log.push(`${destination.health.state} ${reason}`)
  })
  prober.watch(destinations, config.probe.mode)
  prober.start()
  return { clock, destinations, log, prober, sent, most: () => most }
}

const fast = { intervalMs: 2_000, timeoutMs: 1_000, threshold: 3, recover: 2 }

test('4b.47: silence: out after (N-1)·I+T to N·I+T, back after consecutive answers', () => {
  let silentFrom = 10_000
  const { clock, destinations } = rig(['sip:a'], fast, (_uri, now) =>
    now >= silentFrom ? undefined : 200,
  )
  const [a] = destinations
  clock.advance(10_000)
  expect(a!.health.state).toBe('active')
  clock.advance(7_000)
  expect(a!.health.state).toBe('inactive')
  expect(a!.health.since - 10_000).toBeGreaterThanOrEqual(5_000)
  expect(a!.health.since - 10_000).toBeLessThanOrEqual(7_000)
  silentFrom = Infinity
  clock.advance(4_100)
  expect(a!.health.state).toBe('active')
})

test('4b.48: answers and failures in turn never take a destination out', () => {
  let count = 0
  const { clock, log } = rig(['sip:a'], fast, () => (count++ % 2 === 0 ? 200 : 500))
  clock.advance(60_000)
  expect(log.some((line) => line.startsWith('inactive'))).toBe(false)
})

test('4b.49: a listed code is success; a listed 408 never covers silence', () => {
  const answers: Record<string, number | undefined> = {
    'sip:a': 404,
    'sip:b': 408,
    'sip:c': undefined,
    'sip:d': 202,
    'sip:e': 480,
  }
  const { clock, destinations } = rig(
    Object.keys(answers),
    { ...fast, replyCodes: [404, '400-410'] },
    (uri) => answers[uri],
  )
  clock.advance(10_000)
  expect(destinations.map(({ health }) => health.state)).toEqual([
    'active',
    'active',
    'inactive',
    'active',
    'inactive',
  ])
})

test('4b.50: 100 endpoints in three sets: one probe each per interval, spread over it', () => {
  const uris = Array.from({ length: 100 }, (_, n) => `sip:10.0.0.${n}`)
  const { clock, sent } = rig(uris, { intervalMs: 10_000 }, () => 200, 3)
  clock.advance(30_000)
  expect(sent).toHaveLength(300)
  for (const { at } of sent)
    expect(
      sent.filter((other) => other.at >= at && other.at < at + 100).length,
    ).toBeLessThanOrEqual(5)
})

test('4b.50: a slow endpoint never has two probes outstanding', () => {
  const { clock, most, sent } = rig(
    ['sip:a'],
    { intervalMs: 1_000, timeoutMs: 2_500 },
    () => undefined,
  )
  clock.advance(20_000)
  expect(sent.length).toBeGreaterThan(5)
  expect(most()).toBe(1)
})

test('4b.52: a refused probe counts at once, not after the timeout', () => {
  const { clock, log, sent } = rig(['sip:a'], { ...fast, threshold: 1 }, () => 'refused')
  clock.advance(sent[0]?.at ?? 2_000)
  expect(log[0]).toContain('inactive')
  expect(log[0]).toContain('refused')
})

test('interval 0 is off, disabled destinations are left alone, closing ends it', () => {
  expect(rig(['sip:a'], { intervalMs: 0 }, () => 200).clock.next).toBe(Infinity)
  const { clock, destinations, prober, sent } = rig(['sip:a'], fast, () => 200)
  destinations[0]!.state.admin = 'disabled'
  clock.advance(10_000)
  expect(sent).toEqual([])
  prober.stop()
  expect(clock.next).toBe(Infinity)
})

/** One of each kind: plain, flagged, inactive, both, never. */
const kinds = [
  'sip:plain',
  { uri: 'sip:flagged', flags: 8 },
  { uri: 'sip:inactive', flags: 1 },
  { uri: 'sip:both', flags: 1 | 8 },
  { uri: 'sip:never', flags: 8 | 32 },
  { uri: 'sip:unresolved', flags: 1 | 8 | 16 },
]

test.each([
  { mode: 'all', probed: ['sip:both', 'sip:flagged', 'sip:inactive', 'sip:plain'] },
  { mode: 'flagged', probed: ['sip:both', 'sip:flagged'] },
  { mode: 'inactive', probed: ['sip:both'] },
  { mode: 'none', probed: [] },
])('mode $mode probes $probed (dispatcher.md §1.7)', ({ mode, probed }) => {
  const { clock, sent } = rig(kinds, { ...fast, mode }, () => undefined)
  clock.advance(20_000)
  expect([...new Set(sent.map(({ uri }) => uri))].toSorted()).toEqual(probed)
})

test('mode inactive: flagged and inactive is probed until it is back, then no more until it is out again', () => {
  const { clock, destinations, sent } = rig(
    [{ uri: 'sip:both', flags: 1 | 8 }],
    { ...fast, mode: 'inactive' },
    () => 200,
  )
  clock.advance(20_000)
  expect(sent).toHaveLength(2)
  expect(destinations[0]!.health.state).toBe('active')
  destinations[0]!.health.force('inactive', 'marked', clock.now())
  clock.advance(20_000)
  expect(sent).toHaveLength(4)
  expect(destinations[0]!.health.state).toBe('active')
})

test('mode flagged: a flagged one goes out and comes back', () => {
  let silent = true
  const { clock, log } = rig([{ uri: 'sip:a', flags: 8 }], { ...fast, mode: 'flagged' }, () =>
    silent ? undefined : 200,
  )
  clock.advance(10_000)
  silent = false
  clock.advance(10_000)
  expect(log.map((line) => line.split(' ')[0])).toEqual(['trying', 'inactive', 'active'])
})

test('a destination is probed by its own keys, the others as all are', () => {
  const own = { method: 'INFO', intervalMs: 5_000, timeoutMs: 300, from: 'sip:own@example.com' }
  const { clock, destinations, sent } = rig(
    [
      { uri: 'sip:a', probe: { ...own, threshold: 1, replyCodes: [486] } },
      { uri: 'sip:b', probe: { intervalMs: 0 } },
      'sip:c',
    ],
    fast,
    () => 486,
  )
  clock.advance(20_000)
  const to = (uri: string) => sent.filter((each) => each.uri === uri)
  expect([to('sip:a').length, to('sip:b').length, to('sip:c').length]).toEqual([4, 0, 10])
  expect(to('sip:a')[0]).toMatchObject({ method: 'INFO', timeoutMs: 300, from: own.from })
  expect(to('sip:c')[0]).toMatchObject({ method: 'OPTIONS', timeoutMs: 1_000 })
  expect(destinations.map(({ health }) => health.state)).toEqual(['active', 'active', 'inactive'])
})

test('of one endpoint in a set of its own threshold, each destination counts by its own', () => {
  const { clock, destinations } = rig(
    [
      { uri: 'sip:a', id: 'soon', probe: { threshold: 1 } },
      { uri: 'sip:a', id: 'late', probe: { threshold: 9 } },
    ],
    fast,
    () => 503,
  )
  clock.advance(4_000)
  expect(destinations.map(({ health }) => health.state)).toEqual(['inactive', 'trying'])
})

test('three intervals: while it is well, while it is tried, while it is out', () => {
  let silentFrom = Infinity
  const { clock, destinations, sent } = rig(
    ['sip:a'],
    { ...fast, intervalMs: 10_000, tryingIntervalMs: 1_500, downIntervalMs: 4_000 },
    (_uri, now) => (now >= silentFrom ? 503 : 200),
  )
  clock.advance(30_000)
  const between = () => sent.slice(1).map(({ at }, index) => at - sent[index]!.at)
  expect(between()).toEqual([10_000, 10_000])
  silentFrom = clock.now()
  clock.advance(25_000)
  expect(between().slice(2, 7)).toEqual([10_000, 1_500, 1_500, 4_000, 4_000])
  silentFrom = Infinity
  clock.advance(20_000)
  expect(destinations[0]!.health.state).toBe('active')
  expect(between().slice(-2)).toEqual([4_000, 10_000])
})

test('header fields of probes, filled in for each endpoint', () => {
  const { clock, sent } = rig(
    ['sip:192.0.2.1', 'sip:[2001:db8::1]:5070'],
    { ...fast, headers: { Contact: '<sip:edge@{host}:{port}>', 'X-Of': '{uri} {other}' } },
    () => 200,
  )
  clock.advance(2_000)
  const headers = new Map(sent.map((each) => [each.uri, each.headers]))
  expect(headers.get('sip:192.0.2.1')).toEqual({
    Contact: '<sip:edge@192.0.2.1:5060>',
    'X-Of': 'sip:192.0.2.1 {other}',
  })
  expect(headers.get('sip:[2001:db8::1]:5070')!['Contact']).toBe('<sip:edge@[2001:db8::1]:5070>')
})

test('header fields that a probe cannot carry are refused by name', () => {
  const faults = (headers: Record<string, string>) =>
    dispatcherConfig
      .safeParse({ probe: { headers } })
      .error?.issues.map(({ path }) => path.join('.'))
  expect(faults({ 'X-A': 'a', 'Max-Forwards': '0' })).toBeUndefined()
  expect(faults({ Via: 'a', i: 'b', 'X A': 'c', 'X-B': 'd\r\nVia: e' })).toEqual(
    ['Via', 'i', 'X A', 'X-B'].map((name) => `probe.headers.${name}`),
  )
})

test('out of turn a destination is asked at once, probed or not; all of its URI learn of it', async () => {
  const { prober, destinations, sent } = rig(['sip:a', 'sip:b'], { mode: 'none' }, () => 503)
  expect(await prober.now(destinations[0]!)).toMatchObject({ signal: 'sip', state: 'failed' })
  expect(sent).toMatchObject([{ uri: 'sip:a', method: 'OPTIONS' }])
  expect(destinations.map(({ health }) => health.state)).toEqual(['trying', 'active'])

  const both = rig(['sip:a'], { intervalMs: 60_000, threshold: 1 }, () => 'refused', 2)
  await both.prober.now(both.destinations[0]!)
  expect(both.destinations.map(({ health }) => health.state)).toEqual(['inactive', 'inactive'])
})

test('while probing is paused nobody is asked in turn, and its time goes on', () => {
  const { clock, prober, sent } = rig(['sip:a'], { intervalMs: 1_000 }, () => 200)
  clock.advance(3_000)
  const before = sent.length
  expect(before).toBeGreaterThan(1)
  prober.paused = true
  clock.advance(10_000)
  expect(sent).toHaveLength(before)
  prober.paused = false
  clock.advance(2_000)
  expect(sent).toHaveLength(before + 2)
})
