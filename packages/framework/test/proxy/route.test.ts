import { expect, test } from '@jest/globals'
import { type LocalAddress } from '#src/message/flow.js'
import { type SipRequest } from '#src/message/message.js'
import { formatUri, type SipUri } from '#src/message/uri.js'
import { addRecordRoute, recordRouteFor } from '#src/proxy/forward.js'
import { nextHopUri, takeOwnRoutes } from '#src/proxy/route.js'
import { invite } from '#src/testing/messages.js'

/** We are p1.example.com and its address. */
const isOurs = ({ host }: SipUri): boolean => host === 'p1.example.com' || host === '192.0.2.1'

test('our Route value goes, those of others stay (§16.4)', () => {
  const request = routed('<sip:p1.example.com;lr>', '<sip:p2.example.com;lr>')
  const taken = takeOwnRoutes(request, isOurs)
  expect(taken.map(formatUri)).toEqual(['sip:p1.example.com;lr'])
  expect(routes(request)).toEqual(['<sip:p2.example.com;lr>'])
})

test('both values of a double Record-Route go, first first (RFC 5658 §6.2)', () => {
  const request = routed(
    '<sip:192.0.2.1;transport=tcp;lr>, <sip:p1.example.com;lr>',
    '<sip:p2.example.com;lr>',
  )
  const taken = takeOwnRoutes(request, isOurs)
  expect(taken.map(formatUri)).toEqual(['sip:192.0.2.1;transport=tcp;lr', 'sip:p1.example.com;lr'])
  expect(routes(request)).toEqual(['<sip:p2.example.com;lr>'])
})

test('a value of ours behind one of another proxy stays: the request will come back (§16.4)', () => {
  const request = routed('<sip:p2.example.com;lr>', '<sip:p1.example.com;lr>')
  expect(takeOwnRoutes(request, isOurs)).toEqual([])
  expect(routes(request)).toHaveLength(2)
})

test('without Route nothing changes (§16.4)', () => {
  const request = invite()
  const before = request.headers.toString()
  expect(takeOwnRoutes(request, isOurs)).toEqual([])
  expect(request.headers.toString()).toBe(before)
  expect(request.uri).toBe('sip:bob@biloxi.com')
})

test('a strict router before us: the last Route becomes the Request-URI again (§16.4, §16.12.1.2)', () => {
  const request = routed('<sip:p3.middle.com>', '<sip:callee@u2.domain.com>')
  request.uri = 'sip:p1.example.com;lr'
  const taken = takeOwnRoutes(request, isOurs)
  expect(taken.map(formatUri)).toEqual(['sip:p1.example.com;lr'])
  expect(request.uri).toBe('sip:callee@u2.domain.com')
  expect(routes(request)).toEqual(['<sip:p3.middle.com>'])
})

test('a strict router before us after a double Record-Route: the second value goes as well (RFC 5658 §6.2)', () => {
  const request = routed('<sip:192.0.2.1;transport=tcp;lr>', '<sip:callee@u2.domain.com>')
  request.uri = 'sip:p1.example.com;lr'
  const taken = takeOwnRoutes(request, isOurs)
  expect(request.uri).toBe('sip:callee@u2.domain.com')
  expect(taken).toHaveLength(2)
  expect(routes(request)).toEqual([])
})

test('a user of our own domain who is reached by a preloaded Route is not mistaken for our Record-Route (§16.4)', () => {
  const request = routed('<sip:p1.example.com;lr>')
  request.uri = 'sip:bob@p1.example.com'
  takeOwnRoutes(request, isOurs)
  expect(request.uri).toBe('sip:bob@p1.example.com')
  expect(routes(request)).toEqual([])
})

test('maddr that names us goes, with port and transport (§16.4)', () => {
  const request = invite({
    uri: 'sip:bob@biloxi.com:5080;transport=tcp;maddr=192.0.2.1;user=phone',
  })
  takeOwnRoutes(request, isOurs)
  expect(request.uri).toBe('sip:bob@biloxi.com;user=phone')
})

test('maddr that names another stays (§16.4)', () => {
  const uri = 'sip:bob@biloxi.com:5080;maddr=192.0.2.2'
  const request = invite({ uri })
  takeOwnRoutes(request, isOurs)
  expect(request.uri).toBe(uri)
})

test('without Route the Request-URI is located (§16.6 step 7)', () => {
  expect(nextHopUri(invite())).toMatchObject({ host: 'biloxi.com', user: 'bob' })
})

test('a loose router is located and the copy stays as it is (§16.6 step 6, §16.12.1.1)', () => {
  const copy = routed('<sip:p2.example.com:5070;lr>', '<sip:p3.example.com;lr>')
  const before = copy.headers.toString()
  expect(nextHopUri(copy)).toMatchObject({ host: 'p2.example.com', port: 5070 })
  expect(copy.uri).toBe('sip:bob@biloxi.com')
  expect(copy.headers.toString()).toBe(before)
})

test('a strict router finds itself in the Request-URI and the old one behind all Routes (§16.6 step 6)', () => {
  const copy = routed('<sip:p2.example.com?Subject=x>', '<sip:p3.example.com;lr>')
  expect(nextHopUri(copy)).toMatchObject({ host: 'p2.example.com' })
  expect(copy.uri).toBe('sip:p2.example.com')
  expect(routes(copy)).toEqual(['<sip:p3.example.com;lr>', '<sip:bob@biloxi.com>'])
})

test('what one strict router makes of a request, the next undoes (§16.12.1.2)', () => {
  const copy = routed('<sip:p1.example.com>', '<sip:p3.example.com;lr>')
  nextHopUri(copy)
  copy.uri += ';lr'
  takeOwnRoutes(copy, isOurs)
  expect(copy.uri).toBe('sip:bob@biloxi.com')
  expect(routes(copy)).toEqual(['<sip:p3.example.com;lr>'])
})

test('a tel URI that no Route leads on from is refused with 416 (§16.3 step 2)', () => {
  expect(() => nextHopUri(invite({ uri: 'tel:+13125550100' }))).toThrow(
    expect.objectContaining({ code: 'SIPW_ERR_URI_SCHEME', status: 416 }),
  )
  const copy = routed('<sip:p2.example.com;lr>')
  copy.uri = 'tel:+13125550100'
  expect(nextHopUri(copy)).toMatchObject({ host: 'p2.example.com' })
})

test('what recordRouteFor writes comes back as ours, in both directions of the dialog (§16.12.1.1, RFC 5658 §6.2)', () => {
  const values = recordRouteFor(listener('TCP', 'p1.example.com'), listener('UDP', '192.0.2.1'))
  const invited = invite({ headers: { 'Record-Route': '<sip:p0.example.com;lr>' } })
  addRecordRoute(invited, values)
  // The caller has the set in reverse, and p0 takes its own value off on the way to us. §12.1.2
  const fromCaller = routed(...invited.headers.values('Record-Route').reverse().slice(1))
  expect(takeOwnRoutes(fromCaller, isOurs)).toHaveLength(2)
  expect(routes(fromCaller)).toEqual([])
  // The called side has it as it stands. §12.1.1
  const fromCalled = routed(...invited.headers.values('Record-Route'))
  expect(takeOwnRoutes(fromCalled, isOurs)).toHaveLength(2)
  expect(nextHopUri(fromCalled)).toMatchObject({ host: 'p0.example.com' })
})

function listener(transport: string, host: string): LocalAddress {
  return {
    transport,
    reliable: transport !== 'UDP',
    address: host,
    port: 5060,
    advertisedHost: host,
    advertisedPort: 5060,
    zone: 'public',
  }
}

function routed(...values: readonly string[]): SipRequest {
  const request = invite()
  for (const value of values) request.headers.append('Route', value)
  return request
}

function routes(request: SipRequest): string[] {
  return request.headers.values('Route')
}
