import { expect, test } from '@jest/globals'
import { dispatching } from '../rig.js'

const two = { sets: { 1: { destinations: ['sip:a', 'sip:b'] } } }

test('while nothing ends by itself there is no timer', async () => {
  const { clock, dispatcher } = await dispatching(two)
  expect(clock.next).toBe(Infinity)
  const [a] = dispatcher.sets()[0]!.destinations
  dispatcher.found(a!, { signal: 'sip', state: 'busy', reason: 'asked', forMs: 20_000 })
  expect(clock.next).not.toBe(Infinity)
  clock.advance(120_000)
  expect(a!.health.state).toBe('active')
  expect(clock.next).toBe(Infinity)
})

test('a timed state outlives a reload, and ends on the destination that is then there', async () => {
  const { clock, dispatcher } = await dispatching(two)
  const told: string[] = []
  dispatcher.onChange(({ kind, set, destination, at }) =>
    told.push(`${kind} ${set} ${destination.id} ${at}`),
  )
  const [before] = dispatcher.sets()[0]!.destinations
  before!.health.hold('busy', 'asked', 5_000, 0)
  await dispatcher.reload()
  clock.advance(6_000)
  const [after] = dispatcher.sets()[0]!.destinations
  expect(after).not.toBe(before)
  expect(after!.health.state).toBe('active')
  expect(told).toEqual(['up 1 sip:a 5000'])
})

test('who joins a running set starts slowly; at boot all get their share at once', async () => {
  const health = { slowStartMs: 10_000 }
  const { clock, dispatcher } = await dispatching({ ...two, health })
  const eases = () => dispatcher.sets()[0]!.destinations.map(({ ease }) => ease)
  expect(eases()).toEqual([1, 1])
  await dispatcher.configure({ sets: { 1: { destinations: ['sip:a', 'sip:b', 'sip:c'] } }, health })
  expect(eases()).toEqual([1, 1, 0.1])
  clock.advance(10_000)
  expect(eases()).toEqual([1, 1, 1])
  expect(clock.next).toBe(Infinity)
})

test("an operator's word has a reason, who and since when; events carry the reason", async () => {
  const { clock, dispatcher } = await dispatching(two)
  const told: string[] = []
  dispatcher.onChange(({ kind, reason }) => told.push(`${kind}: ${reason}`))
  clock.advance(7)
  dispatcher.setAdminState(1, 'sip:a', 'maintenance', { reason: 'new disk', who: 'ann' })
  const [a] = dispatcher.sets()[0]!.destinations
  expect(a!.state.adminWord).toEqual({
    state: 'maintenance',
    reason: 'new disk',
    who: 'ann',
    since: 7,
  })
  expect([a!.usable, a!.letters]).toEqual([false, 'DP'])
  dispatcher.setAdminState(1, 'sip:a', 'ready')
  expect(told).toEqual(['down: new disk', 'up: set to ready'])
})

test('a set-level threshold and window go before those of all sets', async () => {
  const { dispatcher } = await dispatching({
    sets: { 1: { ...two.sets[1], panicPercent: 0, slowStartMs: 1_000 } },
    health: { panicPercent: 100, slowStartMs: 0 },
    probe: { threshold: 1 },
  })
  const [a, b] = dispatcher.sets()[0]!.destinations
  dispatcher.probed(a!, false, 'silent')
  expect([a!.usable, b!.usable]).toEqual([false, true])
  dispatcher.probed(a!, true, 'answered 200')
  expect(a!.ease).toBe(0.1)
})
