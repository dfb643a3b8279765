import { expect, test } from '@jest/globals'
import { type SipRequest } from '#src/message/message.js'
import { PackedRequest } from '#src/message/packed-request.js'
import { parseMessage } from '#src/message/parse.js'
import { serialize } from '#src/message/serialize.js'

const text = [
  'INVITE sip:bob@biloxi.example SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKnashds8',
  'Max-Forwards: 70',
  'From: Alice <sip:alice@atlanta.example>;tag=1928301774',
  'To: Bob <sip:bob@biloxi.example>',
  'Call-ID: a84b4c76e66710',
  'CSeq: 314159 INVITE',
  'Subject: one',
  '  and folded',
  'Content-Length: 4',
  '',
  'body',
].join('\r\n')

test('a packed request comes back as it was, edits and folded lines included (§7.3.1)', () => {
  const request = parsed(text)
  request.uri = 'sip:carol@chicago.example'
  request.headers.set('Max-Forwards', '69').prepend('X-Mark', 'yes')
  const before = serialize(request)
  const again = new PackedRequest(request).unpack()
  expect(serialize(again)).toBe(before)
  expect([again.method, again.uri, again.body]).toEqual([
    'INVITE',
    'sip:carol@chicago.example',
    'body',
  ])
  expect(again.headers.get('Subject')).toBe('one and folded')
  expect([again.via.branch, again.fromTag, again.cseq.number]).toEqual([
    'z9hG4bKnashds8',
    '1928301774',
    314159,
  ])
})

test('it comes back whole when handlers have made it longer than a stranger may', () => {
  const request = parsed(text)
  for (let index = 0; index < 400; index++) request.headers.append(`X-${index}`, 'x'.repeat(100))
  const before = serialize(request)
  expect(serialize(new PackedRequest(request).unpack())).toBe(before)
})

function parsed(message: string): SipRequest {
  const request = parseMessage(message)
  if (request.kind !== 'request') throw new Error(`expected a request, got ${request.kind}`)
  return request
}
