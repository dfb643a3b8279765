import { expect, test } from '@jest/globals'
import { roundRobin } from '#src/select/round-robin.js'
import { options } from '@sipwright/framework/testing'
import { atWork, destinations, down, full, shares, walked } from './rig.js'

const four = () => destinations('sip:a', 'sip:b', 'sip:c', 'sip:d')

test('4b.1: 1000 requests over four are 250 each, and each four in a row reach every one', () => {
  const chosen = atWork(roundRobin, four()).choices(1_000)
  expect(shares(chosen)).toEqual({ 'sip:a': 250, 'sip:b': 250, 'sip:c': 250, 'sip:d': 250 })
  for (let n = 0; n + 4 <= 1_000; n++) expect(new Set(chosen.slice(n, n + 4)).size).toBe(4)
})

test('4b.2: with B down 900 requests are 300 for each other one, in turn', () => {
  const loaded = four()
  down(loaded[1])
  const chosen = atWork(roundRobin, loaded).choices(900)
  expect(shares(chosen)).toEqual({ 'sip:a': 300, 'sip:c': 300, 'sip:d': 300 })
  for (let n = 0; n + 3 <= 900; n++) expect(new Set(chosen.slice(n, n + 3)).size).toBe(3)
})

test('who has all the calls that it may have doubles nobody’s share of calls, and takes other requests', () => {
  const loaded = destinations('sip:a', { uri: 'sip:b', maxLoad: 1 }, 'sip:c', 'sip:d')
  full(loaded[1])
  const { walk, choices } = atWork(roundRobin, loaded)
  expect(shares(choices(900))).toEqual({ 'sip:a': 300, 'sip:c': 300, 'sip:d': 300 })
  const others = Array.from({ length: 4 }, () => walk('one', options()).next()?.id)
  expect(others).toEqual(['sip:a', 'sip:b', 'sip:c', 'sip:d'])
})

test('fallbacks go once around from the choice, and take nobody’s turn', () => {
  const { walk } = atWork(roundRobin, four())
  walk()
  expect(walked(walk())).toEqual(['sip:b', 'sip:c', 'sip:d', 'sip:a'])
  expect(walk().next()?.id).toBe('sip:c')
})

test('the turn survives a load: it stays with whom it was, or passes on to who is still there', () => {
  const { selector, choices } = atWork(roundRobin, four())
  expect(choices(1)).toEqual(['sip:a'])
  selector.load(destinations('sip:d', 'sip:c', 'sip:b', 'sip:a'))
  expect(choices(1)).toEqual(['sip:b'])
  selector.load(destinations('sip:x', 'sip:b'))
  expect(choices(2)).toEqual(['sip:b', 'sip:x'])
  selector.load(destinations('sip:y', 'sip:z'))
  expect(choices(2)).toEqual(['sip:y', 'sip:z'])
})

test('with all down, or nobody there, it ends', () => {
  const loaded = four()
  down(...loaded)
  const { selector, walk } = atWork(roundRobin, loaded)
  expect(walked(walk())).toHaveLength(4)
  selector.load([])
  expect(walked(walk())).toEqual([])
  selector.load(four())
  expect(walk().next()?.id).toBe('sip:a')
})
