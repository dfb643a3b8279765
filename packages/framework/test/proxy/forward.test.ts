import { expect, test } from '@jest/globals'
import { type LocalAddress } from '#src/message/flow.js'
import { parseVia } from '#src/message/via.js'
import {
  addRecordRoute,
  addVia,
  copyFor,
  recordRouteFor,
  requestUriFrom,
  takeOurVia,
} from '#src/proxy/forward.js'
import { invite, ok } from '#src/testing/messages.js'

test('the copy for a target of role request-uri carries its URI (§16.6 step 2)', () => {
  const request = invite()
  const copy = copyFor(request, { uri: 'sip:bob@192.0.2.4', role: 'request-uri' })
  expect(copy.uri).toBe('sip:bob@192.0.2.4')
  expect(request.uri).toBe('sip:bob@biloxi.com')
})

test('the copy for a next hop keeps the Request-URI as it came (§16.6 step 6)', () => {
  const copy = copyFor(invite(), { uri: 'sip:10.0.0.1', role: 'next-hop' })
  expect(copy.uri).toBe('sip:bob@biloxi.com')
})

test.each([
  [70, '69'],
  [1, '0'],
  [255, '254'],
])('Max-Forwards %i leaves as %s (§16.6 step 3)', (maxForwards, text) => {
  expect(copyFor(invite({ maxForwards }), undefined).headers.getAll('Max-Forwards')).toEqual([text])
})

test('a request without Max-Forwards is given 70 (§16.6 step 3)', () => {
  const request = invite()
  request.headers.remove('Max-Forwards')
  expect(copyFor(request, undefined).headers.get('Max-Forwards')).toBe('70')
})

test('every copy carries Max-Breadth: 60, what came, at most 60, or its share (RFC 5393 §5.3.3)', () => {
  const breadth = (text?: string, share?: number): string | undefined =>
    copyFor(
      invite(text === undefined ? {} : { headers: { 'Max-Breadth': text } }),
      undefined,
      share,
    ).headers.get('Max-Breadth')
  expect(breadth()).toBe('60')
  expect(breadth('7')).toBe('7')
  expect(breadth('700')).toBe('60')
  expect(breadth('7', 3)).toBe('3')
})

test('nothing else of the copy differs, and the request itself stays as it came (§16.6 step 1)', () => {
  const request = invite({ headers: { 'X-Unknown': 'a ,  b;;' } })
  const before = request.headers.toString()
  const copy = copyFor(request, { uri: 'sip:10.0.0.1', role: 'next-hop' })
  expect(request.headers.toString()).toBe(before)
  expect(copy.body).toBe(request.body)
  copy.headers.remove('Max-Breadth').set('Max-Forwards', '70')
  expect(copy.headers.toString()).toBe(before)
})

test('a Request-URI loses what may not stand there, and nothing else (§16.6 step 2, §19.1.1)', () => {
  expect(requestUriFrom('sip:bob@192.0.2.4;method=REGISTER;x=1?Subject=a')).toBe(
    'sip:bob@192.0.2.4;x=1',
  )
  expect(requestUriFrom('sip:%62ob@192.0.2.4:5060;X=1')).toBe('sip:%62ob@192.0.2.4:5060;X=1')
})

test('our Via goes on top, and over UDP asks for rport (§16.6 step 8, RFC 3581 §3)', () => {
  const copy = invite()
  addVia(copy, { transport: 'UDP', host: '192.0.2.1', port: 5060, branch: 'z9hG4bKx' })
  expect(copy.headers.values('Via')).toEqual([
    'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx;rport',
    'SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds',
  ])
})

test('over a connection our Via needs no rport, and IPv6 stands in brackets (§25.1)', () => {
  const copy = invite()
  addVia(copy, { transport: 'TCP', host: '2001:db8::1', port: 5060, branch: 'z9hG4bKx' })
  expect(copy.headers.firstValue('Via')).toBe('SIP/2.0/TCP [2001:db8::1]:5060;branch=z9hG4bKx')
  expect(parseVia(copy.headers.firstValue('Via') ?? '')).toMatchObject({ host: '2001:db8::1' })
})

test('one Record-Route does when the request leaves by the listener it came in by (§16.6 step 4)', () => {
  const udp = listener('UDP', '192.0.2.1')
  expect(recordRouteFor(udp, udp)).toEqual(['<sip:192.0.2.1:5060;lr>'])
  expect(recordRouteFor(udp, { ...udp })).toEqual(['<sip:192.0.2.1:5060;lr>'])
})

test('another transport needs two, the leaving side topmost (RFC 5658 §6.2)', () => {
  expect(recordRouteFor(listener('TCP', '192.0.2.1'), listener('UDP', '192.0.2.1'))).toEqual([
    '<sip:192.0.2.1:5060;lr>',
    '<sip:192.0.2.1:5060;transport=tcp;lr>',
  ])
})

test('another address family or address needs two (RFC 5658 §6.2)', () => {
  expect(recordRouteFor(listener('UDP', '192.0.2.1'), listener('UDP', '2001:db8::1'))).toEqual([
    '<sip:[2001:db8::1]:5060;lr>',
    '<sip:192.0.2.1:5060;lr>',
  ])
})

test('Record-Route says the advertised address, and sips where the call is secure (§16.6 step 4)', () => {
  const tls = {
    ...listener('TLS', '10.0.0.5'),
    advertisedHost: '203.0.113.7',
    advertisedPort: 5071,
  }
  expect(recordRouteFor(tls, tls, 'sips')).toEqual(['<sips:203.0.113.7:5071;transport=tls;lr>'])
})

test('our Record-Route values stand above those that came (§16.6 step 4)', () => {
  const copy = invite({ headers: { 'Record-Route': '<sip:p0.example.com;lr>' } })
  addRecordRoute(copy, ['<sip:out;lr>', '<sip:in;lr>'])
  expect(copy.headers.values('Record-Route')).toEqual([
    '<sip:out;lr>',
    '<sip:in;lr>',
    '<sip:p0.example.com;lr>',
  ])
})

test('our Via leaves a response that goes on; one that was for us alone is told apart (§16.7 step 3)', () => {
  const copy = invite()
  addVia(copy, { transport: 'UDP', host: '192.0.2.1', port: 5060, branch: 'z9hG4bKx' })
  const response = ok(copy)
  expect(takeOurVia(response)).toBe(true)
  expect(response.headers.values('Via')).toEqual([
    'SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds',
  ])
  expect(takeOurVia(response)).toBe(false)
})

function listener(transport: string, address: string): LocalAddress {
  return {
    transport,
    reliable: transport !== 'UDP',
    address,
    port: 5060,
    advertisedHost: address,
    advertisedPort: 5060,
    zone: 'public',
  }
}

test('our Via carries parameters for who receives it, behind our own mark', () => {
  const copy = invite()
  addVia(copy, {
    transport: 'UDP',
    host: '192.0.2.1',
    port: 5060,
    branch: 'z9hG4bK1',
    mark: ';w=2',
    params: ';oc;oc-algo="loss"',
  })
  expect(copy.headers.firstValue('Via')).toBe(
    'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1;rport;w=2;oc;oc-algo="loss"',
  )
})
