import { expect, test } from '@jest/globals'
import { SipHeaders } from '#src/message/headers.js'
import { SipRequest, SipResponse } from '#src/message/message.js'
import { serialize } from '#src/message/serialize.js'

test('a request is its start line, its headers, an empty line and its body (§7)', () => {
  const headers = SipHeaders.of([['Content-Length', '2']])
  expect(serialize(new SipRequest('MESSAGE', 'sip:a@b', headers, 'hi'))).toBe(
    'MESSAGE sip:a@b SIP/2.0\r\nContent-Length: 2\r\n\r\nhi',
  )
})

test('a response may have an empty reason phrase, the space before it stays (§7.2)', () => {
  expect(serialize(new SipResponse(200, '', new SipHeaders()))).toBe(
    'SIP/2.0 200 \r\nContent-Length: 0\r\n\r\n',
  )
})

test('Content-Length says the body’s length, whatever it said before (§20.14)', () => {
  const headers = SipHeaders.of([['l', '99']])
  expect(serialize(new SipRequest('INFO', 'sip:a', headers, 'abc'))).toContain(
    'Content-Length: 3\r\n',
  )
  expect(headers.get('l')).toBe('99')
})

test('serializing does not change the message', () => {
  const request = new SipRequest('INFO', 'sip:a', new SipHeaders(), 'abc')
  expect(serialize(request)).toBe(serialize(request))
  expect(request.headers.has('Content-Length')).toBe(false)
})
