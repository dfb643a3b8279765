import { expect, test } from '@jest/globals'
import { answer, invite } from '@sipwright/framework/testing'
import { retryAfterMs } from '#src/health/retry-after.js'

test.each([
  ['20', 503, 20_000],
  ['120 (I am in a meeting)', 503, 60_000],
  ['18;duration=3600', 503, 18_000],
  ['0', 503, undefined],
  ['soon', 503, undefined],
  ['-3', 503, undefined],
  ['20', 486, undefined],
])('Retry-After %s of a %i: %s ms (RFC 3261 §20.33)', (value, status, ms) => {
  const response = answer(invite(), status)
  response.headers.set('Retry-After', value)
  expect(retryAfterMs(response, 60_000)).toBe(ms)
})

test('without it, or ignored, a 503 asks for nothing', () => {
  const response = answer(invite(), 503)
  expect(retryAfterMs(response, 60_000)).toBeUndefined()
  response.headers.set('Retry-After', '20')
  expect(retryAfterMs(response, 0)).toBeUndefined()
})
