import { expect, test } from '@jest/globals'
import { incomingBreadth, shareBreadth } from '#src/proxy/breadth.js'
import { invite } from '#src/testing/messages.js'

test('a request without Max-Breadth may have 60 branches (RFC 5393 §5.3.3)', () => {
  expect(incomingBreadth(invite())).toBe(60)
})

test.each([
  ['0', 0],
  ['007', 7],
  ['59', 59],
  ['61', 60],
  ['99999999999999999999999999', 60],
])('Max-Breadth %s allows %i: more than 60 is cut to it (RFC 5393 §5.3.3)', (text, breadth) => {
  expect(incomingBreadth(invite({ headers: { 'Max-Breadth': text } }))).toBe(breadth)
})

test('branches that leave together share evenly, and their sum is what came (RFC 5393 §5.3.3)', () => {
  expect(shareBreadth(60, 3)).toEqual([20, 20, 20])
  expect(shareBreadth(5, 3)).toEqual([2, 2, 1])
  expect(shareBreadth(3, 3)).toEqual([1, 1, 1])
})

test('there is no share when one each is too much (RFC 5393 §5.3.3)', () => {
  expect(shareBreadth(2, 3)).toBeUndefined()
})
