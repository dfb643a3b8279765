import { expect, test } from '@jest/globals'
import { drain, redirectFor } from '#src/config/drain-section.js'

test('the defaults are those of operations.md §3.6', () => {
  expect(drain.parse(undefined)).toEqual({ timeout: 30_000, retryAfter: 5_000 })
})

test('a redirect is a place: no user, no header of its own', () => {
  expect(drain.safeParse({ redirect: 'sip:edge2.example.com' }).success).toBe(true)
  for (const redirect of ['edge2', 'tel:+1', 'sip:bob@edge2', 'sip:e>', 'sip:e\r\nX: y', 7]) {
    expect(drain.safeParse({ redirect }).success).toBe(false)
  }
})

test('the user of each request stays its own (§21.3.3)', () => {
  expect(redirectFor('sip:e2:5062', 'sip:1000@example.com;user=phone')).toBe('<sip:1000@e2:5062>')
  expect(redirectFor('sips:e2', 'sip:example.com')).toBe('<sips:e2>')
})
