import { expect, test } from '@jest/globals'
import { latency, remainingPriority } from '#src/select/latency.js'
import { atWork, destinations, shares } from './rig.js'

function answering(...ms: readonly number[]) {
  const loaded = destinations(
    ...ms.map((_, n) => ({ uri: `sip:${'abc'.charAt(n)}`, priority: 30 })),
  )
  loaded.forEach((each, n) => {
    for (let count = 0; count < 10; count++) each.latency.sample(ms[n]!)
  })
  return loaded
}

test.each([
  [21, 30],
  [91, 27],
  [61, 28],
  [32, 29],
  [201, 24],
])('a latency of %i ms leaves %i of priority 30 (Kamailio, algorithm 13)', (ms, left) => {
  expect(remainingPriority(answering(ms)[0]!)).toBe(left)
})

test('4b.62: the faster one has all calls; slowed, it loses them when its estimate says so, equal ones go in turn', () => {
  const loaded = answering(20, 90)
  const [a, b] = loaded
  const { choices } = atWork(latency, loaded)
  expect(shares(choices(20))).toEqual({ 'sip:a': 20 })
  const seen: Record<string, number>[] = []
  for (let n = 1; n <= 8; n++) {
    a!.latency.sample(200)
    expect(a!.latency.estimate).toBeCloseTo(200 - 180 * 0.9 ** n, 6)
    seen.push(shares(choices(20)))
  }
  expect(remainingPriority(b!)).toBe(27)
  const [all, tie] = [{ 'sip:a': 20 }, { 'sip:a': 10, 'sip:b': 10 }]
  expect(seen).toEqual([all, all, all, all, tie, tie, tie, { 'sip:b': 20 }])
})

test('without a latency it is the priority; equal ones go in turn', () => {
  const { choices } = atWork(
    latency,
    destinations({ uri: 'sip:a', priority: 5 }, { uri: 'sip:b', priority: 5 }, 'sip:c'),
  )
  expect(choices(4)).toEqual(['sip:a', 'sip:b', 'sip:a', 'sip:b'])
})
