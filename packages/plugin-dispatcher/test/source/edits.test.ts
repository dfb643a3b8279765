import { expect, test } from '@jest/globals'
import { type DestinationInput, dispatcherConfig } from '#src/config.js'
import { destinationId } from '#src/destination.js'
import { adding, changing, Edits, removing } from '#src/source/edits.js'
import { type SetDefinition } from '#src/source/sources.js'

function setOf(...destinations: DestinationInput[]): readonly SetDefinition[] {
  const { sets } = dispatcherConfig.parse({ sets: { 1: { destinations } } })
  return [{ id: '1', algorithm: 'weight', destinations: sets['1']!.destinations }]
}

const sourced = setOf({ uri: 'sip:a', id: 'a', weight: 3 }, 'sip:b')
const ids = (sets: readonly SetDefinition[], set = '1') =>
  sets.find(({ id }) => id === set)?.destinations.map(destinationId)

test('what is added comes behind what the sources say, and makes a set where there is none', () => {
  const added = [
    ...adding(sourced, '1', 'sip:c'),
    ...adding(sourced, '2', { uri: 'sip:d', id: 'd' }),
  ]
  const sets = new Edits().with(added).appliedTo(sourced)
  expect(ids(sets)).toEqual(['a', 'sip:b', 'sip:c'])
  expect(ids(sets, '2')).toEqual(['d'])
  expect(sets[1]!.algorithm).toBe('round-robin')
})

test('what is changed keeps all else; further changes add to it, and a reload of the sources does not undo them', () => {
  const first = changing(sourced, '1', 'sip:a', { weight: 1, priority: 5 })
  const edits = new Edits().with(first).with(changing(sourced, '1', 'a', { weight: 2 }))
  const later = setOf({ uri: 'sip:a', id: 'a', weight: 9, maxLoad: 7 })
  expect(edits.appliedTo(later)[0]!.destinations[0]).toMatchObject({
    ...{ uri: 'sip:a', id: 'a', weight: 2, priority: 5, maxLoad: 7 },
  })
  expect(edits.list()).toEqual([
    { kind: 'changed', set: '1', id: 'a', change: { weight: 2, priority: 5 } },
  ])
})

test('a destination without id keeps its name when its URI changes', () => {
  const edits = new Edits().with(changing(sourced, '1', 'sip:b', { uri: 'sip:b.example.com' }))
  expect(edits.appliedTo(sourced)[0]!.destinations[1]).toMatchObject({
    uri: 'sip:b.example.com',
    id: 'sip:b',
  })
})

test('what was added is changed in place, and leaves nothing behind when it is removed', () => {
  const added = new Edits().with(adding(sourced, '1', { uri: 'sip:c', id: 'c' }))
  const changed = added.with(changing(added.appliedTo(sourced), '1', 'c', { weight: 4 }))
  expect(changed.appliedTo(sourced)[0]!.destinations[2]).toMatchObject({ id: 'c', weight: 4 })
  const removed = changed.with(removing(changed.appliedTo(sourced), '1', 'c', sourced))
  expect(removed.list()).toEqual([])
  expect(removed.appliedTo(sourced)).toEqual(sourced)
})

test('what the sources say and is removed stays away until that is reverted', () => {
  const removed = new Edits().with(removing(sourced, '1', 'sip:a', sourced))
  expect(ids(removed.appliedTo(setOf({ uri: 'sip:a', id: 'a' }, 'sip:b')))).toEqual(['sip:b'])
  const reverted = removed.with([{ kind: 'reverted', set: '1', id: 'a' }])
  expect(reverted.appliedTo(sourced)).toEqual(sourced)
})

test('JSON carries every edit, so that other workers hear the same', () => {
  const edits = [
    ...adding(sourced, '1', { uri: 'sip:c', probe: { intervalMs: 5 } }),
    ...changing(sourced, '1', 'a', { weight: 0 }),
    ...removing(sourced, '1', 'sip:b', sourced),
  ]
  expect(JSON.parse(JSON.stringify(edits))).toEqual(edits)
})

test.each([
  [
    'twice',
    () => adding(sourced, '1', { uri: 'sip:x', id: 'a' }),
    /set 1 has a destination a already/,
  ],
  [
    'no URI',
    () => adding(sourced, '1', 'http://x'),
    /destination http:\/\/x of set 1: expected a SIP URI/,
  ],
  ['a bad weight', () => changing(sourced, '1', 'a', { weight: -1 }), /a of set 1: .*weight/],
  [
    'another name',
    () => changing(sourced, '1', 'a', { id: 'x' } as object),
    /id: a destination keeps its name/,
  ],
  [
    'an unknown key',
    () => changing(sourced, '1', 'a', { wieght: 1 } as object),
    /a of set 1: .*wieght/,
  ],
  ['an unknown set', () => removing(sourced, '7', 'a', sourced), /no destination set 7/],
  [
    'an unknown destination',
    () => removing(sourced, '1', 'x', sourced),
    /set 1 has no destination x/,
  ],
])('refused: %s', (_what, edit, message) => {
  expect(edit).toThrow(message)
})
