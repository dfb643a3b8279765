import { expect, test } from '@jest/globals'
import { pages, placeOf } from '#src/browser/pages.js'

test('every view has a key and an address of its own', () => {
  expect(new Set(pages.map(({ key }) => key)).size).toBe(pages.length)
  for (const { name } of pages) expect(placeOf(`#/${name}`)).toEqual({ page: name, rest: '' })
})

test('an address that leads nowhere leads to the overview; what stands behind a view is its own', () => {
  expect(placeOf('')).toEqual({ page: 'overview', rest: '' })
  expect(placeOf('#/nowhere')).toEqual({ page: 'overview', rest: '' })
  expect(placeOf('#/trace/callId%3Aa%2Fb')).toEqual({ page: 'trace', rest: 'callId:a/b' })
})
