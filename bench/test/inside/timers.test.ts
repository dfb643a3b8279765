import { expect, test } from '@jest/globals'
import { measureTimers } from '#src/inside/timers.js'

test('every timer is set, and taken out or expires, in either order of times', () => {
  const figures = measureTimers({ timers: 1_000, rounds: 2 })
  expect(figures.map(({ times }) => times)).toEqual(['of RFC 3261', 'in no order'])
  for (const { set, clear, expire } of figures) {
    expect([set, clear, expire].every(({ median }) => median >= 0)).toBe(true)
  }
})
