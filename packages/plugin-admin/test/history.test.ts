import { expect, test } from '@jest/globals'
import { type Stats } from '#src/publishing.js'
import { History } from '#src/history.js'

type Point = Stats['destinations'][number]

function point(id: string, state: Point['state'], calls: number): Point {
  return {
    ...{ set: '1', id, state, latencyMs: 1.5, calls, pending: 0, selected: 0, attempts: calls },
    ...{ failedByResponse: 0, failedByNoResponse: 0, failedByTransport: 0 },
  }
}

test('it tells each second, oldest first', () => {
  const history = new History(10)
  history.add(1_000, [point('fs1', 'active', 1)])
  history.add(2_000, [point('fs1', 'inactive', 2), point('fs2', 'drain', 7)])
  expect(history.read()).toEqual({
    at: [1_000, 2_000],
    destinations: [
      { set: '1', id: 'fs1', states: 'ai', calls: [1, 2], attempts: [1, 2], latencyMs: [1.5, 1.5] },
      { set: '1', id: 'fs2', states: '-d', calls: [0, 7], attempts: [0, 7], latencyMs: [0, 1.5] },
    ],
  })
})

test('the oldest second is forgotten, and who has not been there for so long', () => {
  const history = new History(3)
  history.add(1_000, [point('gone', 'active', 1)])
  for (const second of [2, 3, 4, 5]) {
    history.add(second * 1_000, [point('fs1', second === 4 ? 'busy' : 'active', second)])
  }
  expect(history.read()).toMatchObject({
    at: [3_000, 4_000, 5_000],
    destinations: [{ id: 'fs1', states: 'aba', calls: [3, 4, 5] }],
  })
})

test('nothing is kept beyond 512 destinations, or where it is off', () => {
  const many = Array.from({ length: 600 }, (_, index) => point(`fs${index}`, 'active', 0))
  const history = new History(2)
  history.add(1_000, many)
  expect(history.read().destinations.length).toBe(512)
  const off = new History(0)
  off.add(1_000, many)
  expect(off.read()).toEqual({ at: [], destinations: [] })
})
