import { expect, test } from '@jest/globals'
import { roundRobinOrPriority } from '#src/select/round-robin-or-priority.js'
import { atWork, destinations } from './rig.js'

const of = (...priorities: readonly number[]) =>
  destinations(...priorities.map((priority, n) => ({ uri: `sip:${'abc'.charAt(n)}`, priority })))

test('equal priorities above 0 go in turn, others by priority (Kamailio, algorithm 14)', () => {
  expect(atWork(roundRobinOrPriority, of(5, 5)).choices(3)).toEqual(['sip:a', 'sip:b', 'sip:a'])
  expect(atWork(roundRobinOrPriority, of(0, 0)).choices(3)).toEqual(['sip:a', 'sip:a', 'sip:a'])
  expect(atWork(roundRobinOrPriority, of(6, 5)).choices(3)).toEqual(['sip:a', 'sip:a', 'sip:a'])
})
