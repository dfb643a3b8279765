import { expect, test } from '@jest/globals'
import { invite, SeededChance } from '@sipwright/framework/testing'
import { dispatcherConfig, type DispatcherInput } from '#src/config.js'
import { DestinationSet } from '#src/destination-set.js'
import { type AlgorithmLike } from '#src/select/names.js'

type SetInput = NonNullable<DispatcherInput['sets']>[string]

const setup = { chance: new SeededChance(1) }

function set(
  given: SetInput,
  previous?: DestinationSet,
  probe: DispatcherInput['probe'] = {},
): DestinationSet {
  const config = dispatcherConfig.parse({ sets: { 1: given }, probe })
  const made = new DestinationSet(
    { id: '1', ...config.sets['1']! },
    config.probe,
    previous,
    0,
    setup,
  )
  made.activate()
  return made
}

function first(each: DestinationSet, algorithm?: AlgorithmLike): string | undefined {
  return each.select({ request: invite(), now: 0 }, algorithm).next()?.id
}

test('higher priority first, and ties in the order of the file (dispatcher.md §1.2)', () => {
  const { destinations } = set({
    destinations: [
      'sip:a',
      { uri: 'sip:b', priority: 5 },
      { uri: 'sip:c', priority: -1 },
      { uri: 'sip:d', priority: 5 },
      'sip:e',
    ],
  })
  expect(destinations.map(({ uri }) => uri)).toEqual(['sip:b', 'sip:d', 'sip:a', 'sip:e', 'sip:c'])
})

test('what replaces a set keeps states, counters and the turn of what stays', () => {
  const before = set({ destinations: ['sip:a', 'sip:b', 'sip:c'] })
  before.matching('sip:c')[0]!.health.force('inactive', 'silent', 7)
  before.matching('sip:b')[0]!.counters.attempts = 4
  expect(first(before)).toBe('sip:a')
  const after = set({ destinations: ['sip:new', 'sip:c', 'sip:b'] }, before)
  expect(after.matching('sip:c')[0]!.health).toMatchObject({ state: 'inactive', since: 7 })
  expect(after.matching('sip:b')[0]!.counters.attempts).toBe(4)
  expect([first(after), first(after), first(after)]).toEqual(['sip:b', 'sip:new', 'sip:b'])
})

test('a turn whose destination is gone passes to the next one that stays', () => {
  const before = set({ destinations: ['sip:a', 'sip:b', 'sip:c'] })
  first(before)
  expect(first(set({ destinations: ['sip:a', 'sip:c'] }, before))).toBe('sip:c')
})

test('another algorithm starts afresh, and states stay', () => {
  const before = set({ destinations: ['sip:a', 'sip:b'] })
  before.matching('sip:a')[0]!.state.admin = 'drain'
  const after = set({ algorithm: 'priority', destinations: ['sip:a', 'sip:b'] }, before)
  expect(after.algorithm.name).toBe('priority')
  expect(after.matching('sip:a')[0]!.usable).toBe(false)
})

test('until it is activated a new set changes nothing', () => {
  const before = set({ destinations: ['sip:a', 'sip:b'] }, undefined, { threshold: 3 })
  const config = dispatcherConfig.parse({
    sets: { 1: { destinations: ['sip:x'] } },
    probe: { threshold: 1 },
  })
  new DestinationSet({ id: '1', ...config.sets['1']! }, config.probe, before, 0, setup)
  expect([first(before), first(before)]).toEqual(['sip:a', 'sip:b'])
})

test('a health that stays counts by the new policy', () => {
  const before = set({ destinations: ['sip:a'] }, undefined, { threshold: 3 })
  const after = set({ destinations: ['sip:a'] }, before, { threshold: 1 })
  after.destinations[0]!.health.failed('silent', 1)
  expect(after.destinations[0]!.health.state).toBe('inactive')
})

test('an algorithm that one selection asks for keeps its own turn, across a reload too', () => {
  const given = { algorithm: 'priority', destinations: ['sip:a', 'sip:b', 'sip:c'] }
  const before = set(given)
  expect([first(before, 'round-robin'), first(before), first(before, 4)]).toEqual([
    'sip:a',
    'sip:a',
    'sip:b',
  ])
  expect(first(set(given, before), 'round-robin')).toBe('sip:c')
})

test('asking for the algorithm of the set by its name is the same turn', () => {
  const each = set({ destinations: ['sip:a', 'sip:b', 'sip:c'] })
  expect([first(each), first(each, 'round-robin'), first(each, 4)]).toEqual([
    'sip:a',
    'sip:b',
    'sip:c',
  ])
})

test('destinations are found by URI, every one of it, and by id', () => {
  const each = set({
    destinations: [
      { uri: 'sip:a', id: 'one' },
      { uri: 'sip:a', id: 'two' },
    ],
  })
  expect(each.matching('sip:a').map(({ id }) => id)).toEqual(['one', 'two'])
  expect(each.matching('two').map(({ id }) => id)).toEqual(['two'])
  expect(each.matching('three')).toEqual([])
})
