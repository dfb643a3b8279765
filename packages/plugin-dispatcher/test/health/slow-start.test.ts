import { expect, test } from '@jest/globals'
import { Easing } from '#src/health/slow-start.js'
import { usabilityChanges } from '#src/health/usability.js'

test('a tenth at first, then as much as of the window has passed, in steps, then all', () => {
  const easing = new Easing()
  expect([easing.factor, easing.dueAt]).toEqual([1, Infinity])
  easing.begin(10_000, 1_000)
  const factors: number[] = []
  let steps = 0
  for (; easing.dueAt !== Infinity; steps++) {
    const { dueAt } = easing
    easing.step(dueAt)
    if ((dueAt - 1_000) % 2_500 === 0) factors.push(easing.factor)
  }
  expect(factors).toEqual([0.25, 0.5, 0.75, 1])
  expect(steps).toBe(18)
})

test('each step tells algorithms that something has changed; no window, no step', () => {
  const easing = new Easing()
  const before = usabilityChanges()
  easing.begin(0, 0)
  expect([easing.factor, usabilityChanges()]).toEqual([1, before])
  easing.begin(1_000, 0)
  easing.step(easing.dueAt)
  expect(usabilityChanges()).toBe(before + 2)
})

test('of ten turns it takes as many as its part says, evenly', () => {
  const easing = new Easing()
  easing.begin(1_000, 0)
  const taken = Array.from({ length: 20 }, () => easing.takesTurn(0.3))
  expect(taken.filter((each) => each)).toHaveLength(6)
  expect(taken.slice(0, 3)).toEqual([false, false, false])
})
