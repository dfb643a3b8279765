import { expect, test } from '@jest/globals'
import { lineThrough, median, spreadOf } from '#src/statistics.js'

test('the median of an even number is the mean of the two in the middle', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, NaN])
})

test('a spread is the least, the median and the greatest; of nothing there is none', () => {
  expect(spreadOf([5, 1, 2])).toEqual({ min: 1, median: 2, max: 5 })
  expect(spreadOf([])).toBeUndefined()
})

test('a line through points has the slope of least squares and its 95 % interval', () => {
  const points = [
    [1, 2.1],
    [2, 3.9],
    [3, 6.2],
    [4, 7.8],
    [5, 10.1],
  ] as const
  const line = lineThrough(points)
  expect(line?.slope).toBeCloseTo(1.99, 5)
  expect(line?.middle).toBeCloseTo(6.02, 5)
  // Standard error 0.0597 by hand, Student's t of three degrees of freedom 3.182.
  expect(line?.uncertainty).toBeCloseTo(0.19, 2)
})

test('two points, or all at one moment, have no line', () => {
  expect(
    lineThrough([
      [1, 1],
      [2, 2],
    ]),
  ).toBeUndefined()
  expect(
    lineThrough([
      [1, 1],
      [1, 2],
      [1, 3],
    ]),
  ).toBeUndefined()
})
