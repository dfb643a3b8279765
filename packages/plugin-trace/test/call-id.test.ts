import { expect, test } from '@jest/globals'
import { callIdOf } from '#src/call-id.js'

test('any case, the short form, none, and one that is too long (RFC 3261 §7.3.1)', () => {
  const message = (line: string) => `BYE sip:b SIP/2.0\r\nFrom: x\r\n${line}\r\n\r\nCall-ID: body`
  expect(callIdOf(message('Call-ID: one@a'))).toBe('one@a')
  expect(callIdOf(message('CALL-ID : two'))).toBe('two')
  expect(callIdOf(message('i:three'))).toBe('three')
  expect(callIdOf(message(`Call-ID: ${'x'.repeat(300)}`))).toBeUndefined()
  expect(callIdOf('hello')).toBeUndefined()
})
