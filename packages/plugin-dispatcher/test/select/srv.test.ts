import { expect, test } from '@jest/globals'
import { srv } from '#src/select/srv.js'
import { atWork, destinations, down, shares, walked } from './rig.js'

test('4b.8: the lowest priority has everything, by weight; the next one only while nobody of it is usable (RFC 2782)', () => {
  const loaded = destinations(
    { uri: 'sip:a', priority: 10, weight: 70 },
    { uri: 'sip:b', priority: 10, weight: 30 },
    { uri: 'sip:c', priority: 20, weight: 50 },
    { uri: 'sip:d', priority: 20, weight: 50 },
  )
  const [a, b] = loaded
  const { choices, walk } = atWork(srv, loaded)
  expect(shares(choices(1_000))).toEqual({ 'sip:a': 700, 'sip:b': 300 })
  down(a)
  expect(shares(choices(1_000))).toEqual({ 'sip:b': 1_000 })
  down(b)
  expect(shares(choices(1_000))).toEqual({ 'sip:c': 500, 'sip:d': 500 })
  a!.health.force('active', 'back', 2)
  expect(shares(choices(100))).toEqual({ 'sip:a': 100 })
  expect(walked(walk()).slice(0, 1)).toEqual(['sip:a'])
})

test('whoever fails is followed by the rest of his tier, then by the next', () => {
  const loaded = destinations(
    { uri: 'sip:c', priority: 20 },
    { uri: 'sip:a', priority: 10 },
    { uri: 'sip:b', priority: 10 },
  )
  expect(walked(atWork(srv, loaded).walk())).toEqual(['sip:a', 'sip:b', 'sip:c'])
})
