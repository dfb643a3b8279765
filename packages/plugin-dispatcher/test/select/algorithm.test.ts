import { expect, test } from '@jest/globals'
import { defineAlgorithm, inOrder, isAlgorithm } from '#src/select/algorithm.js'
import { destinations, walked } from './rig.js'

test('an algorithm is what defineAlgorithm made, and nothing that looks like it', () => {
  const own = defineAlgorithm('own', () => ({ load: () => undefined, select: () => inOrder([]) }))
  expect(isAlgorithm(own)).toBe(true)
  expect([{ ...own }, null, undefined, 'own', () => own].some(isAlgorithm)).toBe(false)
})

test('a list is walked once, each walk from its beginning', () => {
  const list = destinations('sip:a', 'sip:b')
  const walk = inOrder(list)
  expect(walked(walk)).toEqual(['sip:a', 'sip:b'])
  expect(walk.next()).toBeUndefined()
  expect(walked(inOrder(list))).toEqual(['sip:a', 'sip:b'])
})
