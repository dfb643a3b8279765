import { expect, test } from '@jest/globals'
import { median, spreadOf } from '#src/statistics.js'

test('the median of an even number is the mean of the two in the middle', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, NaN])
})

test('a spread is the least, the median and the greatest; of nothing there is none', () => {
  expect(spreadOf([5, 1, 2])).toEqual({ min: 1, median: 2, max: 5 })
  expect(spreadOf([])).toBeUndefined()
})
