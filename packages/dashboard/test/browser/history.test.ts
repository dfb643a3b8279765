import { expect, test } from '@jest/globals'
import type { Stats } from '@sipwright/plugin-admin'
import {
  addSecond,
  historySeconds,
  noPast,
  pastOf,
  perSecond,
  smoothed,
} from '#src/browser/history.js'

function second(at: number, ids: readonly string[], attempts: number): Stats {
  return {
    ...{ at: new Date(at * 1_000).toISOString(), ready: true, calls: 0, pending: 0, received: 0 },
    ...{ results: {}, responses: {}, firstResponses: {} },
    destinations: ids.map((id) => ({
      ...{
        set: '1',
        id,
        state: 'active',
        latencyMs: 2,
        calls: 3,
        pending: 0,
        selected: 0,
        attempts,
      },
      ...{ failedByResponse: 0, failedByNoResponse: 0, failedByTransport: 0 },
    })),
  }
}

test('seconds of the stream follow those that the server remembers; none is there twice', () => {
  const remembered = pastOf({
    at: [1_000],
    destinations: [{ set: '1', id: 'fs1', states: 'i', calls: [1], attempts: [5], latencyMs: [1] }],
  })
  const once = addSecond(remembered, second(2, ['fs1'], 9))
  expect(addSecond(once, second(2, ['fs1'], 9))).toEqual(once)
  expect(once).toEqual({
    at: [1_000, 2_000],
    tracks: [
      { set: '1', id: 'fs1', states: 'ia', calls: [1, 3], attempts: [5, 9], latencyMs: [1, 2] },
    ],
  })
})

test('a destination that is new has no calls before, and who is gone has no curve', () => {
  const before = addSecond(noPast, second(1, ['fs1'], 100))
  const { tracks } = addSecond(before, second(2, ['fs2'], 200))
  expect(tracks).toEqual([
    { set: '1', id: 'fs2', states: '-a', calls: [0, 3], attempts: [200, 200], latencyMs: [0, 2] },
  ])
})

test('a quarter of an hour is kept', () => {
  let past = noPast
  for (let at = 1; at <= historySeconds + 5; at++) past = addSecond(past, second(at, ['fs1'], at))
  expect(past.at.length).toBe(historySeconds)
  expect(past.tracks[0]?.states.length).toBe(historySeconds)
  expect(past.tracks[0]?.attempts.at(0)).toBe(6)
})

test('counts become rates; a process that began anew makes no dip below nothing', () => {
  expect(perSecond([10, 14, 20, 3], [0, 1_000, 3_000, 4_000])).toEqual([0, 4, 3, 0])
  expect(smoothed([4, 0, 2, 6], 2)).toEqual([4, 2, 1, 4])
})
