import { expect, test } from '@jest/globals'
import { Halt, haltMs, longestReadingMs } from '#src/server/halt.js'

test('timers that are about in time wait for nothing', () => {
  expect(new Halt().readsFirst(1_000, haltMs - 1, 5)).toBe(false)
})

test('after a halt what waits is read until a turn brings nothing', () => {
  const halt = new Halt()
  expect(halt.readsFirst(1_000, 500, 5)).toBe(true)
  expect(halt.readsFirst(1_001, 0, 69)).toBe(true)
  expect(halt.readsFirst(1_002, 0, 70)).toBe(true)
  expect(halt.readsFirst(1_003, 0, 70)).toBe(false)
  expect(halt.readsFirst(2_000, 0, 71)).toBe(false)
})

test.each([
  [300, 300],
  [60_000, longestReadingMs],
])('sockets that are never empty are read no longer than the halt took: %i ms', (took, limit) => {
  const halt = new Halt()
  let received = 0
  let now = 1_000
  // Each turn takes long, too: it asks for no more time.
  while (halt.readsFirst(now, now === 1_000 ? took : haltMs, ++received)) now += haltMs
  expect(now).toBe(1_000 + limit)
})
