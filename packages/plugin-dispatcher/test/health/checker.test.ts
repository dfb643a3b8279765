import { expect, test } from '@jest/globals'
import { SeededChance, VirtualClock } from '@sipwright/framework/testing'
import { dispatcherConfig, type DispatcherInput } from '#src/config.js'
import { Destination } from '#src/destination.js'
import { Checker } from '#src/health/checker.js'
import { defineProbe, isProbe, type Probe, type ProbeResult } from '#src/health/define-probe.js'

const interval = { intervalMs: 1_000, timeoutMs: 300 }

function rig(run: Probe['run'], sets = ['1'], probe: DispatcherInput['probe'] = {}) {
  const clock = new VirtualClock()
  const own = [defineProbe('own', { run })]
  const config = dispatcherConfig.parse({
    sets: { 1: { destinations: ['sip:a', 'sip:b'] } },
    probe: { ...interval, own, ...probe },
  })
  const destinations = sets.flatMap((set) =>
    config.sets['1']!.destinations.map(
      (each) => new Destination(set, each, config.probe, undefined, 0),
    ),
  )
  const found: string[] = []
  const checker = new Checker({ clock, chance: new SeededChance(1) }, (destination, finding) => {
    const { setId, id } = destination
    found.push(`${setId} ${id} ${finding.signal} ${finding.state}: ${finding.reason}`)
  })
  checker.watch(destinations)
  checker.start()
  const pass = async (ms: number): Promise<void> => {
    for (let step = 0; step < ms; step += 50) {
      clock.advance(50)
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    }
  }
  return { clock, checker, destinations, found, pass }
}

const up = (): Promise<ProbeResult> => Promise.resolve({ state: 'up', reason: 'fine' })

test('each endpoint is asked once per interval, whatever the number of sets; each destination learns of it', async () => {
  const asked: string[] = []
  const { found, pass } = rig(
    ({ uri }) => {
      asked.push(uri)
      return up()
    },
    ['1', '2'],
  )
  await pass(1_000)
  expect(asked.toSorted()).toEqual(['sip:a', 'sip:b'])
  expect(found.toSorted()).toEqual([
    '1 sip:a own up: fine',
    '1 sip:b own up: fine',
    '2 sip:a own up: fine',
    '2 sip:b own up: fine',
  ])
  await pass(3_000)
  expect(asked).toHaveLength(8)
})

test('who throws, and who does not answer in time, has failed; the signal ends what still runs', async () => {
  const signals: AbortSignal[] = []
  const { found, pass } = rig(({ uri }, signal) => {
    signals.push(signal)
    if (uri === 'sip:a')
      return Promise.reject(new Error('fetch failed', { cause: new Error('refused') }))
    return new Promise(() => undefined)
  })
  await pass(1_400)
  expect(new Set(found)).toEqual(
    new Set(['1 sip:a own failed: refused', '1 sip:b own failed: no answer within 300 ms']),
  )
  expect(signals.filter(({ aborted }) => aborted).length).toBeGreaterThan(0)
})

test('never two of one at a time, though each takes longer than the interval', async () => {
  let [running, most] = [0, 0]
  const { pass } = rig(
    async (_destination, signal) => {
      most = Math.max(most, ++running)
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve())
      })
      running--
      return { state: 'up', reason: 'late' }
    },
    ['1'],
    { timeoutMs: 2_500 },
  )
  await pass(12_000)
  expect(most).toBe(2)
})

test('who is disabled is left alone, and closing leaves no timer', async () => {
  let asked = 0
  const { checker, clock, destinations, pass } = rig(() => {
    asked++
    return up()
  })
  for (const { state } of destinations) state.admin = 'disabled'
  await pass(5_000)
  expect(asked).toBe(0)
  checker.stop()
  expect(clock.next).toBe(Infinity)
})

test('only what defineProbe made is a probe', () => {
  expect(isProbe(defineProbe('x', { run: up }))).toBe(true)
  expect(isProbe({ name: 'x', run: up })).toBe(false)
  expect(dispatcherConfig.safeParse({ probe: { own: [{ name: 'x', run: up }] } }).success).toBe(
    false,
  )
})

test('out of turn one destination is asked at once, and who asked is told what was found', async () => {
  const { checker, destinations, found } = rig(up)
  const [first] = destinations
  expect(await checker.now(first!)).toMatchObject([{ signal: 'own', state: 'up', reason: 'fine' }])
  expect(found).toEqual(['1 sip:a own up: fine'])
})

test('while checking is paused nobody is asked in turn', async () => {
  const { checker, found, pass } = rig(up)
  checker.paused = true
  await pass(3_000)
  expect(found).toEqual([])
  checker.paused = false
  await pass(1_000)
  expect(found).toHaveLength(2)
})
