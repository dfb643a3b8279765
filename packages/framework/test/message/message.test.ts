import { expect, test } from '@jest/globals'
import { SipHeaders } from '#src/message/headers.js'
import { SipRequest, SipResponse, ackFor, cancelFor, responseTo } from '#src/message/message.js'
import { parseMessage } from '#src/message/parse.js'
import { serialize } from '#src/message/serialize.js'
import { answer, bye, invite } from '#src/testing/messages.js'

test('getters tell what the headers say, and notice an edit', () => {
  const request = invite()
  expect(request.via.branch).toBe('z9hG4bK776asdhds')
  expect(request.from.uri).toBe('sip:alice@atlanta.com')
  expect(request.fromTag).toBe('1928301774')
  expect(request.toTag).toBeUndefined()
  expect(request.callId).toBe('a84b4c76e66710@pc33.atlanta.com')
  expect(request.cseq).toEqual({ number: 314159, method: 'INVITE' })
  expect(request.maxForwards).toBe(70)
  expect(request.via).toBe(request.via)
  request.headers.set('To', '<sip:bob@biloxi.com>;tag=x').prepend('Via', 'SIP/2.0/TCP us;branch=y')
  expect(request.toTag).toBe('x')
  expect(request.via.branch).toBe('y')
})

test('getters throw a code for a field that is missing or malformed', () => {
  const request = new SipRequest('INVITE', 'sip:a', SipHeaders.of([['Max-Forwards', '-1']]))
  for (const field of ['via', 'from', 'to', 'callId', 'cseq'] as const) {
    expect(() => request[field]).toThrow(
      expect.objectContaining({ code: 'SIPW_ERR_MISSING_HEADER', status: 400 }),
    )
  }
  expect(() => request.maxForwards).toThrow(
    expect.objectContaining({ code: 'SIPW_ERR_MALFORMED_HEADER' }),
  )
})

test('the Request-URI is parsed anew after it was set (§16.6 step 2)', () => {
  const request = invite()
  expect(request.requestUri).toMatchObject({ host: 'biloxi.com' })
  request.uri = 'sip:bob@192.0.2.4'
  expect(request.requestUri).toMatchObject({ host: '192.0.2.4' })
})

test('nothing that is set leaves the start line (§7.1)', () => {
  const refusal = expect.objectContaining({ code: 'SIPW_ERR_HEADER_INJECTION' })
  const request = invite()
  for (const uri of ['sip:a b', 'sip:a\r\nX: y', 'sip:a\0', 'sip:\u010a']) {
    expect(() => (request.uri = uri)).toThrow(refusal)
    expect(() => new SipRequest('INVITE', uri, new SipHeaders())).toThrow(refusal)
  }
  for (const method of ['', 'IN VITE', 'INVITE\r\n', 'ÄCK']) {
    expect(() => new SipRequest(method, 'sip:a', new SipHeaders())).toThrow(refusal)
  }
  expect(() => new SipResponse(200, 'OK\r\nX: y', new SipHeaders())).toThrow(refusal)
})

test('a status is a whole number from 100 to 699 (§7.2)', () => {
  for (const status of [99, 700, 200.5, Number.NaN]) {
    expect(() => new SipResponse(status, '', new SipHeaders())).toThrow(
      expect.objectContaining({ code: 'SIPW_ERR_INVALID_STATUS' }),
    )
  }
})

test('a body is bytes: text beyond latin1 is refused rather than cut', () => {
  const request = invite({ body: '' })
  expect(() => (request.body = '\u20ac')).toThrow(
    expect.objectContaining({ code: 'SIPW_ERR_BODY_NOT_LATIN1' }),
  )
  request.body = '\xe2\x82\xac\0'
  expect(serialize(request)).toContain('Content-Length: 4\r\n')
})

test('a clone and its origin do not see each other’s edits', () => {
  const request = invite()
  const copy = request.clone()
  copy.uri = 'sip:other'
  copy.body = ''
  copy.headers.remove('Contact')
  expect(serialize(request)).toBe(serialize(invite()))
  const response = answer(request, 200)
  response.clone().headers.remove('Via')
  expect(response.headers.has('Via')).toBe(true)
})

const strange = [
  'INVITE sip:bob@biloxi.com SIP/2.0',
  'v :  SIP/2.0/UDP  a;branch=z9hG4bKa , SIP/2.0/UDP b;branch=z9hG4bKb',
  'Max-Forwards: 70',
  'VIA: SIP/2.0/TCP c',
  'f:"A \\\u0007" <sip:a@b>;tag=1',
  't:\r\n <sip:b@c>  ',
  'i: 1@x',
  'CSeq:  1  INVITE',
  'timestamp: 54',
  'Record-Route: <sip:p;lr>',
  '',
  '',
].join('\r\n')

function parsed(text: string): SipRequest {
  const message = parseMessage(text)
  if (message.kind !== 'request') throw new Error('it is no request')
  return message
}

test('a response copies Via, From, To, Call-ID and CSeq byte for byte and in order (§8.2.6.2)', () => {
  expect(serialize(responseTo(parsed(strange), 404))).toBe(
    [
      'SIP/2.0 404 Not Found',
      'v :  SIP/2.0/UDP  a;branch=z9hG4bKa , SIP/2.0/UDP b;branch=z9hG4bKb',
      'VIA: SIP/2.0/TCP c',
      'f:"A \\\u0007" <sip:a@b>;tag=1',
      't:\r\n <sip:b@c>  ',
      'i: 1@x',
      'CSeq:  1  INVITE',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  )
})

test('100 copies Timestamp and gets no tag, any other response gets a tag that was missing (§8.2.6.1, §8.2.6.2)', () => {
  const request = parsed(strange)
  const trying = responseTo(request, 100, { toTag: 'x' })
  expect(trying.headers.get('Timestamp')).toBe('54')
  expect(trying.toTag).toBeUndefined()
  const ringing = responseTo(request, 180, {
    toTag: 'x',
    reason: 'Moment',
    headers: { Reason: 'r' },
  })
  expect(ringing.toTag).toBe('x')
  expect(ringing.headers.has('Timestamp')).toBe(false)
  expect(ringing).toMatchObject({ status: 180, reason: 'Moment' })
  expect(ringing.headers.get('Reason')).toBe('r')
  expect(responseTo(bye(), 200, { toTag: 'x' }).toTag).toBe('a6c85cf')
})

test('several values of a header are several lines, as challenges must be (§7.3.1)', () => {
  const challenges = ['Digest realm="a"', 'Digest realm="b"']
  const response = responseTo(bye(), 401, { headers: { 'WWW-Authenticate': challenges } })
  expect(response.headers.getAll('WWW-Authenticate')).toEqual(challenges)
})

test('a response can be made to a request that lacks everything (RFC 4475 §3.3.1)', () => {
  const empty = new SipRequest('INVITE', 'sip:a', new SipHeaders())
  expect(serialize(responseTo(empty, 400, { toTag: 'x' }))).toBe(
    'SIP/2.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n',
  )
  const malformed = new SipRequest('INVITE', 'sip:a', SipHeaders.of([['To', '"Bob <sip:b>']]))
  expect(responseTo(malformed, 400, { toTag: 'x' }).headers.get('To')).toBe('"Bob <sip:b>')
})

test('ACK has the topmost Via, Request-URI, Route, From, Call-ID and CSeq number of the INVITE, and To of the response (§17.1.1.3)', () => {
  const sent = invite({ headers: { Route: '<sip:p1;lr>, <sip:p2;lr>', Require: '100rel' } })
  sent.headers.prepend('Via', 'SIP/2.0/UDP us;branch=z9hG4bKus')
  const ack = ackFor(sent, answer(sent, 486))
  expect(ack).toMatchObject({ method: 'ACK', uri: sent.uri, body: '' })
  expect(ack.headers.values('Via')).toEqual(['SIP/2.0/UDP us;branch=z9hG4bKus'])
  expect(ack.headers.values('Route')).toEqual(['<sip:p1;lr>', '<sip:p2;lr>'])
  expect(ack.headers.get('From')).toBe(sent.headers.get('From'))
  expect(ack.callId).toBe(sent.callId)
  expect(ack.toTag).toBe('a6c85cf')
  expect(ack.cseq).toEqual({ number: 314159, method: 'ACK' })
  expect(ack.maxForwards).toBe(70)
  expect(ack.headers.get('Content-Length')).toBe('0')
  expect(ack.headers.has('Require')).toBe(false)
})

test('CANCEL has the topmost Via, Request-URI, Route, From, To, Call-ID and CSeq number of the request (§9.1)', () => {
  const sent = invite({ headers: { Route: '<sip:p1;lr>', 'Proxy-Require': 'x' } })
  sent.headers.prepend('Via', 'SIP/2.0/UDP us;branch=z9hG4bKus')
  const cancel = cancelFor(sent)
  expect(cancel).toMatchObject({ method: 'CANCEL', uri: sent.uri, body: '' })
  expect(cancel.headers.values('Via')).toEqual(['SIP/2.0/UDP us;branch=z9hG4bKus'])
  expect(cancel.headers.get('To')).toBe(sent.headers.get('To'))
  expect(cancel.cseq).toEqual({ number: 314159, method: 'CANCEL' })
  expect(cancel.headers.values('Route')).toEqual(['<sip:p1;lr>'])
  expect(cancel.headers.has('Proxy-Require')).toBe(false)
})
