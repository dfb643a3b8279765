import { expect, test } from '@jest/globals'
import { Failures } from '#src/failures.js'

const few = { limit: 3, windowMs: 1_000, maxSources: 2 }

test('as many as may be, whichever users are tried, and counting begins anew (security.md §3 row 3)', () => {
  const failures = new Failures(few)
  const failed = ['a', 'b', 'c', 'd'].map((user) => failures.failed('192.0.2.1', user, 0))
  expect(failed).toEqual([false, false, true, false])
})

test('they are forgotten after the window', () => {
  const failures = new Failures(few)
  failures.failed('192.0.2.1', 'a', 0)
  failures.failed('192.0.2.1', 'a', 0)
  expect(failures.failed('192.0.2.1', 'a', 1_000)).toBe(false)
})

test('a right password forgives failures with that user, and none with others', () => {
  const failures = new Failures(few)
  failures.failed('192.0.2.1', 'own', 0)
  failures.failed('192.0.2.1', 'victim', 0)
  failures.succeeded('192.0.2.1', 'own')
  expect(failures.failed('192.0.2.1', 'victim', 0)).toBe(false)
  failures.succeeded('192.0.2.1', 'own')
  expect(failures.failed('192.0.2.1', 'victim', 0)).toBe(true)
})

test('no more sources are kept than the bound says', () => {
  const failures = new Failures(few)
  for (let n = 0; n < 1_000; n++) failures.failed(`192.0.${n >> 8}.${n & 255}`, 'a', 0)
  expect(failures.size).toBe(2)
})
