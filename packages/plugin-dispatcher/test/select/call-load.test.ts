import { expect, test } from '@jest/globals'
import { callLoad } from '#src/select/call-load.js'
import { atWork, destinations, down, shares, walked, weighted } from './rig.js'

test('4b.43: nine calls on three idle destinations are three each: equal ones go in turn', () => {
  const loaded = destinations('sip:a', 'sip:b', 'sip:c')
  const { walk } = atWork(callLoad, loaded)
  const chosen = Array.from({ length: 9 }, () => {
    const destination = walk().next()!
    destination.load.calls++
    return destination.id
  })
  expect(shares(chosen)).toEqual({ 'sip:a': 3, 'sip:b': 3, 'sip:c': 3 })
})

test('the one with the fewest calls is chosen; the others follow by what they have then', () => {
  const loaded = destinations('sip:a', 'sip:b', 'sip:c')
  loaded[0]!.load.calls = 5
  loaded[1]!.load.calls = 2
  loaded[2]!.load.calls = 3
  const { walk } = atWork(callLoad, loaded)
  expect(walked(walk())).toEqual(['sip:b', 'sip:c', 'sip:a'])
  down(loaded[1])
  expect(walk().next()?.id).toBe('sip:c')
})

test('weights share the calls; weight 0 is for when nothing else is left', () => {
  const loaded = weighted({ a: 3, b: 1, c: 0 })
  const { walk } = atWork(callLoad, loaded)
  for (let n = 0; n < 40; n++) walk().next()!.load.calls++
  expect(loaded.map(({ load }) => load.calls)).toEqual([30, 10, 0])
  down(loaded[0], loaded[1])
  expect(walk().next()?.id).toBe('c')
})

test('a full destination is not chosen', () => {
  const loaded = destinations({ uri: 'sip:a', maxLoad: 1 }, { uri: 'sip:b', maxLoad: 9 })
  loaded[0]!.load.calls = 1
  loaded[1]!.load.calls = 5
  expect(loaded[0]!.isFull).toBe(true)
  expect(atWork(callLoad, loaded).walk().next()?.id).toBe('sip:b')
})
