import { expect, test } from '@jest/globals'
import { shownState, spansOf, stateOfLetter } from '#src/browser/states.js'

const letters = 'atibdmx'.split('')

test('every state has a word and a shape of its own: colours alone tell nothing', () => {
  const all = letters.map((letter) => shownState(stateOfLetter(letter)!))
  expect(new Set(all.map(({ word }) => word)).size).toBe(letters.length)
  expect(new Set(all.map(({ shape }) => shape)).size).toBe(letters.length)
})

test('seconds of one state in a row are one span; seconds that nobody saw are none', () => {
  expect(spansOf('--aaib')).toEqual([
    { state: 'active', from: 2, length: 2 },
    { state: 'inactive', from: 4, length: 1 },
    { state: 'busy', from: 5, length: 1 },
  ])
  expect(spansOf('')).toEqual([])
})
