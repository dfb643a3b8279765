import { expect, test } from '@jest/globals'
import { parseReplyCode, ReplyCodes } from '#src/health/reply-codes.js'

test.each([
  [404, [404, 404]],
  ['404', [404, 404]],
  ['480-489', [480, 489]],
  ['200-699', [200, 699]],
  ['486-486', [486, 486]],
])('%p is a code or a range', (code, range) => {
  expect(parseReplyCode(code)).toEqual(range)
})

test.each([
  100,
  199,
  700,
  404.5,
  -404,
  NaN,
  '',
  '4xx',
  ' 404',
  '404\n',
  '404-',
  '489-480',
  '180-200',
  '404,405',
  '1e2',
])('%p is none: only final statuses answer a probe', (code) => {
  expect(parseReplyCode(code)).toBeUndefined()
  expect(() => new ReplyCodes([code])).toThrow(RangeError)
})

test('each 2xx is accepted always, others if they are listed, the ends of a range among them', () => {
  const codes = new ReplyCodes([404, '480-489'])
  const accepted = [199, 200, 299, 300, 403, 404, 405, 479, 480, 489, 490].filter((status) =>
    codes.accepts(status),
  )
  expect(accepted).toEqual([200, 299, 404, 480, 489])
  expect(new ReplyCodes([]).accepts(202)).toBe(true)
})
