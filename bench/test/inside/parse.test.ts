import { expect, test } from '@jest/globals'
import { measureParse } from '#src/inside/parse.js'
import { samples } from '#src/inside/samples.js'
import { tableOf } from '#src/measures/parse.js'

test('the INVITE has 622 bytes, and the fat one 40 header fields', () => {
  expect(samples['INVITE']).toHaveLength(622)
  const head = samples['INVITE, 40 headers']!.split('\r\n\r\n')[0]!
  expect(head.split('\r\n')).toHaveLength(1 + 40)
})

test('every message of ours can be read and forwarded', () => {
  const figures = measureParse({ batches: 1, batchMs: 0.01, torture: undefined })
  expect(figures.map(({ message }) => message).sort()).toEqual(Object.keys(samples).sort())
  expect(figures.every(({ parse, forward }) => parse.median >= 0 && forward !== undefined)).toBe(
    true,
  )
})

test("RFC 4475's messages share a row: the median and the dearest", () => {
  const spread = (median: number) => ({ min: median, median, max: median })
  const one = (message: string, cost: number, forward: number | undefined) => ({
    ...{ message, bytes: cost, parse: spread(cost) },
    forward: forward === undefined ? undefined : spread(forward),
  })
  const figures = [one('ACK', 5, 9), one('RFC 4475 a', 10, 20), one('RFC 4475 b', 30, undefined)]
  expect(tableOf(figures).rows).toEqual([
    ['ACK', '5', '5', '9'],
    ['RFC 4475, 2 messages', '20 (30)', '20 (30)', '20 (20)'],
  ])
})
