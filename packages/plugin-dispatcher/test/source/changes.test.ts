import { expect, test } from '@jest/globals'
import { VirtualClock } from '@sipwright/framework/testing'
import { Changes } from '#src/source/changes.js'

function rig(intervalMs = 10_000) {
  const clock = new VirtualClock()
  const state = { signature: 'a', fails: false, looks: 0, told: 0 }
  const changes = new Changes(clock, intervalMs, async () => {
    await Promise.resolve()
    state.looks++
    if (state.fails) throw new Error('gone')
    return { signature: state.signature }
  })
  changes.seen('a')
  changes.begin(() => state.told++)
  const run = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100)
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    }
  }
  return { changes, state, run }
}

test('it looks at its interval and tells only what is new', async () => {
  const { state, run } = rig()
  await run(30_000)
  expect([state.looks, state.told]).toEqual([3, 0])
  state.signature = 'b'
  await run(10_000)
  expect(state.told).toBe(1)
  await run(20_000)
  expect(state.told).toBe(1)
})

test('a failure is told once, tried again after growing pauses, and its end is told', async () => {
  const { state, run } = rig(60_000)
  state.fails = true
  await run(60_000)
  expect([state.looks, state.told]).toEqual([1, 1])
  await run(7_500)
  expect([state.looks, state.told]).toEqual([4, 1])
  state.fails = false
  await run(10_000)
  expect(state.told).toBe(2)
})

test('what was told and could not be read then is told again by the next look', async () => {
  const { changes, state, run } = rig()
  state.signature = 'b'
  await run(10_000)
  await expect(changes.read(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone')
  expect(state.told).toBe(1)
  await run(10_000)
  expect(state.told).toBe(2)
  changes.seen(await changes.read(() => Promise.resolve('b')))
  await run(10_000)
  expect(state.told).toBe(2)
})

test('whoever is told that there is something new looks at once, and again if that came while looking', async () => {
  const { changes, state, run } = rig()
  changes.now()
  changes.now()
  state.signature = 'b'
  await run(200)
  expect([state.looks, state.told]).toEqual([2, 1])
  changes.end()
  changes.now()
  await run(60_000)
  expect(state.looks).toBe(2)
})
