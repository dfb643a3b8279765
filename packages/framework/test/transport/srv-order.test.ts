import { expect, test } from '@jest/globals'
import { inSrvOrder } from '#src/transport/srv-order.js'

const record = (priority: number, weight: number, target: string) => ({
  priority,
  weight,
  port: 5060,
  target,
})
const order = (records: readonly ReturnType<typeof record>[], ...draws: number[]) =>
  inSrvOrder(records, () => draws.shift() ?? 0).map(({ target }) => target)

test('priorities are never mixed, and within one the draw falls into a running sum of weights (RFC 2782)', () => {
  const records = [record(2, 9, 'c'), record(1, 3, 'b'), record(1, 1, 'a')]
  expect(order(records)).toEqual(['a', 'b', 'c'])
  expect(order(records, 0.9)).toEqual(['b', 'a', 'c'])
})

test('a weight of zero comes first on a draw of zero only; all are in the order once (RFC 2782)', () => {
  const records = [record(1, 5, 'b'), record(1, 0, 'zero')]
  expect(order(records, 0)).toEqual(['zero', 'b'])
  expect(order(records, 0.2)).toEqual(['b', 'zero'])
  expect(order([record(1, 0, 'x'), record(1, 0, 'y')], 0.99).sort()).toEqual(['x', 'y'])
  expect(order([])).toEqual([])
})
