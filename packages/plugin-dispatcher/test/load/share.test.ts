import { expect, test } from '@jest/globals'
import { shareOf } from '#src/load/share.js'

test.each([
  [10, 3, [4, 3, 3]],
  [4, 4, [1, 1, 1, 1]],
  [1, 2, [1, 0]],
  [7, 1, [7]],
])('a cap of %d over %d workers: the shares add up to it', (cap, count, shares) => {
  const all = Array.from({ length: count }, (_, index) => shareOf(cap, { index, count }))
  expect(all).toEqual(shares)
})
