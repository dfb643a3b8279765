import { expect, test } from '@jest/globals'
import { answer, invite } from '@sipwright/framework/testing'
import { sessionInterval } from '#src/load/session.js'

test.each([
  ['90;refresher=uas', 90_000],
  ['1800', 1_800_000],
  [' 60 ;refresher=uac', 60_000],
  ['soon', undefined],
  ['99999999999', undefined],
])('Session-Expires: %s (RFC 4028 §4)', (value, ms) => {
  expect(sessionInterval(answer(invite(), 200, { headers: { 'Session-Expires': value } }))).toBe(ms)
})

test('without the header there is no session timer; its compact form counts', () => {
  expect(sessionInterval(answer(invite(), 200))).toBeUndefined()
  expect(sessionInterval(answer(invite(), 200, { headers: { x: '90' } }))).toBe(90_000)
})
