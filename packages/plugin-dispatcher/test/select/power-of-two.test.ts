import { expect, test } from '@jest/globals'
import { powerOfTwo } from '#src/select/power-of-two.js'
import { atWork, destinations, down, walked } from './rig.js'

test('4b.43: of 3,000 calls the busiest and the idlest of six are within five per cent', () => {
  const loaded = destinations(...Array.from({ length: 6 }, (_, n) => `sip:10.0.0.${n}`))
  const { walk } = atWork(powerOfTwo, loaded)
  for (let n = 0; n < 3_000; n++) walk().next()!.load.calls++
  const calls = loaded.map(({ load }) => load.calls)
  expect(Math.max(...calls) - Math.min(...calls)).toBeLessThanOrEqual(25)
})

test('two are drawn: of two the one with fewer calls is always taken', () => {
  const loaded = destinations('sip:a', 'sip:b')
  loaded[0]!.load.calls = 1
  const { choices } = atWork(powerOfTwo, loaded)
  expect(new Set(choices(50))).toEqual(new Set(['sip:b']))
})

test('one that is left is taken; with none there is none', () => {
  const loaded = destinations('sip:a', 'sip:b')
  const { walk } = atWork(powerOfTwo, loaded)
  down(loaded[1])
  expect(walked(walk())).toEqual(['sip:a'])
  down(loaded[0])
  expect(walked(walk())).toEqual([])
})
