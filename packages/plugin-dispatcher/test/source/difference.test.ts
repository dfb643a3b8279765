import { expect, test } from '@jest/globals'
import { type DestinationInput, dispatcherConfig } from '#src/config.js'
import { defineAlgorithm, inOrder } from '#src/select/algorithm.js'
import { difference, formatDifference } from '#src/source/difference.js'
import { type SetDefinition } from '#src/source/sources.js'

function set(
  id: string,
  destinations: DestinationInput[],
  rest: Partial<SetDefinition> = {},
): SetDefinition {
  const { sets } = dispatcherConfig.parse({ sets: { 1: { destinations } } })
  return { id, algorithm: 'round-robin', destinations: sets['1']!.destinations, ...rest }
}

const told = (before: SetDefinition[], now: SetDefinition[]) =>
  formatDifference({ sets: difference(before, now) })

test('equal revisions differ in nothing, whatever the names of their algorithms', () => {
  const algorithm = 4
  expect(difference([set('1', ['sip:a'])], [set('1', ['sip:a'], { algorithm })])).toEqual([])
})

test('sets and destinations that come, go and change are named with what changes', () => {
  const before = [
    set('1', [{ uri: 'sip:a', id: 'fs1' }, 'sip:b', 'sip:c']),
    set('2', ['sip:d']),
    set('4', ['sip:f']),
  ]
  const now = [
    set('1', [{ uri: 'sip:a', id: 'fs1', weight: 50, priority: 2 }, 'sip:c', 'sip:g'], {
      algorithm: 'weight',
      panicPercent: 20,
    }),
    set('3', ['sip:e']),
    set('4', ['sip:f']),
  ]
  expect(told(before, now)).toEqual([
    'set 1: algorithm round-robin → weight',
    'set 1: panicPercent default → 20',
    'set 1: + sip:g',
    'set 1: - sip:b',
    'set 1: fs1 (sip:a): priority 0 → 2',
    'set 1: fs1 (sip:a): weight default → 50',
    'set 3: added',
    'set 3: + sip:e',
    'set 2: removed',
    'set 2: - sip:d',
  ])
})

test('another order of those that stay is a difference: equal priorities are tried in it', () => {
  expect(told([set('1', ['sip:a', 'sip:b'])], [set('1', ['sip:b', 'sip:x', 'sip:a'])])).toEqual([
    'set 1: order ["sip:a","sip:b"] → ["sip:b","sip:a"]',
    'set 1: + sip:x',
  ])
})

test('an algorithm of one’s own is known by its name', () => {
  const algorithm = defineAlgorithm('by-size', () => ({ load() {}, select: () => inOrder([]) }))
  expect(told([set('1', [])], [set('1', [], { algorithm })])).toEqual([
    'set 1: algorithm round-robin → by-size',
  ])
})
