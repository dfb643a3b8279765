import { expect, test } from '@jest/globals'
import { reasonPhrase } from '#src/message/reason.js'

test('a registered status has its phrase (§21)', () => {
  expect(reasonPhrase(180)).toBe('Ringing')
  expect(reasonPhrase(503)).toBe('Service Unavailable')
})

test('any other status is treated as the x00 of its class, and called so (§8.1.3.2)', () => {
  expect(reasonPhrase(499)).toBe('Bad Request')
  expect(reasonPhrase(699)).toBe('Decline')
})
