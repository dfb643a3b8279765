import { expect, test } from '@jest/globals'
import { message } from '@sipwright/framework/testing'
import { hideInBody } from '#src/bodies.js'
import { disguise } from './disguise.js'

function hidden(type: string, body: string, sdp = true, host = '203.0.113.1'): string {
  const request = message({ body, headers: { 'Content-Type': type } })
  hideInBody(request, disguise({ advertisedHost: host }), { sdp })
  return request.body
}

const session = 'v=0\r\no=pbx 1 2 IN IP4 10.0.0.11\r\ns=Asterisk\r\nc=IN IP4 10.0.0.11\r\n'

test('by option owner and name of a session, never the address of its media', () => {
  const expected = 'v=0\r\no=- 1 2 IN IP4 203.0.113.1\r\ns=-\r\nc=IN IP4 10.0.0.11\r\n'
  expect(hidden('application/sdp', session)).toBe(expected)
  expect(hidden('Application/SDP ;x=y', session)).toBe(expected)
  expect(hidden('application/sdp', session, false)).toBe(session)
  expect(hidden('application/sdp', session, true, '2001:db8::1')).toContain(
    'IN IP6 2001:db8::1\r\n',
  )
})

test('in a multipart body too', () => {
  const body = `--b\r\nContent-Type: application/sdp\r\n\r\n${session}--b--\r\n`
  expect(hidden('multipart/mixed;boundary=b', body)).toContain('o=- 1 2 IN IP4 203.0.113.1')
})

test('a fragment is its status line; one of a request is masked', () => {
  const body = 'SIP/2.0 603 Not from fs1\r\nServer: FreeSWITCH\r\n'
  expect(hidden('message/sipfrag;version=2.0', body)).toBe('SIP/2.0 603 Decline\r\n')
  expect(hidden('message/sipfrag', 'INVITE sip:10.0.0.11 SIP/2.0\r\n')).not.toContain('10.0.0.11')
})

test('documents with addresses are masked; a text that people wrote is not', () => {
  expect(hidden('application/reginfo+xml', '<c>sip:a@10.0.0.11:5060</c>')).toBe(
    '<c>sip:a@203.0.113.1</c>',
  )
  expect(hidden('application/simple-message-summary', 'Message-Account: sip:1@pbx\r\n')).toBe(
    'Message-Account: sip:1@203.0.113.1\r\n',
  )
  expect(hidden('text/plain', 'ping 10.0.0.11')).toBe('ping 10.0.0.11')
})
