import { expect, test } from '@jest/globals'
import { type OutgoingResult, SipError } from '@sipwright/framework'
import { answer, invite, SeededChance, VirtualClock } from '@sipwright/framework/testing'
import { dispatcherConfig } from '#src/config.js'
import { Destination } from '#src/destination.js'
import { Prober } from '#src/probe.js'

type Answering = (uri: string, now: number) => OutgoingResult | 'refused' | number | undefined

/** Destinations of sets that are probed on virtual time; undefined is silence. */
function rig(uris: readonly string[], probe: object, answering: Answering, sets = 1) {
  const clock = new VirtualClock()
  const config = dispatcherConfig.parse({ sets: { 1: { destinations: [...uris] } }, probe })
  const destinations = Array.from({ length: sets }, (_, set) =>
    config.sets['1']!.destinations.map(
      (each) => new Destination(String(set), each, config.probe, undefined, 0),
    ),
  ).flat()
  const sent: { uri: string; at: number }[] = []
  const log: string[] = []
  let outstanding = 0
  let most = 0
  const host = {
    clock,
    chance: new SeededChance(7),
    send(
      { uri, timeoutMs }: { uri: string; timeoutMs: number },
      done: (r: OutgoingResult) => void,
    ) {
      sent.push({ uri, at: clock.now() })
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
  const prober = new Prober(host, config.probe.mode, (destination, ok, reason) => {
    const before = destination.health.state
    if (ok) destination.health.succeeded(reason, clock.now())
    else destination.health.failed(reason, clock.now())
    if (destination.health.state !== before) log.push(`${destination.health.state} ${reason}`)
  })
  prober.watch(destinations, config.probe.mode)
  prober.start()
  return { clock, destinations, log, prober, sent, most: () => most }
}

const fast = { intervalMs: 2_000, timeoutMs: 1_000, threshold: 3, recover: 2 }

test('silence: out after (N-1)·I+T to N·I+T, back after consecutive answers (scenario 47)', () => {
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

test('answers and failures in turn never take a destination out (scenario 48)', () => {
  let count = 0
  const { clock, log } = rig(['sip:a'], fast, () => (count++ % 2 === 0 ? 200 : 500))
  clock.advance(60_000)
  expect(log.some((line) => line.startsWith('inactive'))).toBe(false)
})

test('a listed code is success; a listed 408 never covers silence (scenario 49)', () => {
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

test('100 endpoints in three sets: one probe each per interval, spread over it (scenario 50)', () => {
  const uris = Array.from({ length: 100 }, (_, n) => `sip:10.0.0.${n}`)
  const { clock, sent } = rig(uris, { intervalMs: 10_000 }, () => 200, 3)
  clock.advance(30_000)
  expect(sent).toHaveLength(300)
  for (const { at } of sent)
    expect(
      sent.filter((other) => other.at >= at && other.at < at + 100).length,
    ).toBeLessThanOrEqual(5)
})

test('a slow endpoint never has two probes outstanding (scenario 50)', () => {
  const { clock, most, sent } = rig(
    ['sip:a'],
    { intervalMs: 1_000, timeoutMs: 2_500 },
    () => undefined,
  )
  clock.advance(20_000)
  expect(sent.length).toBeGreaterThan(5)
  expect(most()).toBe(1)
})

test('a refused probe counts at once, not after the timeout (scenario 52)', () => {
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
