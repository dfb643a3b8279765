import { expect, test } from '@jest/globals'
import { addVia, copyFor } from '#src/proxy/forward.js'
import { branchWith, isLoop, loopKey } from '#src/proxy/loop.js'
import { type SipRequest } from '#src/message/message.js'
import { parseMessage } from '#src/message/parse.js'
import { serialize } from '#src/message/serialize.js'
import { invite, type RequestFields } from '#src/testing/messages.js'

const isOurs = (host: string, port: number | undefined, transport: string): boolean =>
  host === '192.0.2.1' && port === 5060 && transport === 'UDP'

test('the key stays the same when only Via and Max-Forwards differ (RFC 5393 §4.2.1)', () => {
  const again = invite({ branch: 'z9hG4bKother', maxForwards: 68 })
  expect(loopKey(again)).toBe(loopKey(invite()))
})

test.each<[what: string, fields: RequestFields]>([
  ['Request-URI', { uri: 'sip:bob@chicago.com' }],
  ['From tag', { fromTag: 'other' }],
  ['To tag', { toTag: 'other' }],
  ['Call-ID', { callId: 'other' }],
  ['CSeq number', { cseq: 2 }],
  ['Route', { headers: { Route: '<sip:192.0.2.9;lr>' } }],
  ['Proxy-Require', { headers: { 'Proxy-Require': 'foo' } }],
  ['Proxy-Authorization', { headers: { 'Proxy-Authorization': 'Digest username="alice"' } }],
])('the key changes with the %s (§16.6 step 8, RFC 5393 §4.2.1)', (_what, fields) => {
  expect(loopKey(invite(fields))).not.toBe(loopKey(invite()))
})

test('what moves from one header to the next changes the key', () => {
  const route = loopKey(invite({ headers: { Route: 'foo' } }))
  expect(loopKey(invite({ headers: { 'Proxy-Require': 'foo' } }))).not.toBe(route)
})

test('another seed makes another key: two proxies with one private address are kept apart', () => {
  expect(loopKey(invite(), 1)).not.toBe(loopKey(invite(), 2))
})

test('the key is a short token (§25.1)', () => {
  expect(loopKey(invite())).toMatch(/^[A-Za-z0-9_-]{6}$/)
})

test('a request that comes back unchanged is a loop (§16.3 step 4)', () => {
  expect(loops(returned(invite()))).toBe(true)
})

test('a request that comes back by way of others, their Vias above ours, is a loop (§16.3 step 4)', () => {
  const request = returned(invite())
  request.headers.prepend('Via', 'SIP/2.0/TCP 192.0.2.7;branch=z9hG4bKa, SIP/2.0/UDP 192.0.2.8')
  expect(loops(request)).toBe(true)
})

test('Vias in one line are seen as well (§7.3.1)', () => {
  const request = invite()
  const lines = returned(request).headers.values('Via').join(', ')
  request.headers.set('Via', lines)
  expect(loops(request)).toBe(true)
})

test('a spiral passes: it comes back with another Request-URI (§16.3 step 4)', () => {
  const request = returned(invite())
  request.uri = 'sip:bob@192.0.2.4'
  expect(loops(request)).toBe(false)
})

test('another proxy with the same key is not us: sent-by decides (§16.3 step 4)', () => {
  expect(loops(returned(invite(), 'UDP 192.0.2.2:5060'))).toBe(false)
  expect(loops(returned(invite(), 'UDP 192.0.2.1:5062'))).toBe(false)
  expect(loops(returned(invite(), 'TCP 192.0.2.1:5060'))).toBe(false)
})

test('the key counts at the end of a branch only: a parameter that holds it proves nothing', () => {
  const request = invite()
  const ending = branchWith('', loopKey(request))
  request.headers.prepend('Via', `SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;x=a${ending}`)
  expect(loops(request)).toBe(false)
})

test('what we forward to ourselves, by way of the wire, is a loop in its second round (§16.3 step 4)', () => {
  const request = invite()
  const copy = copyFor(request, { uri: 'sip:192.0.2.1', role: 'next-hop' })
  const branch = branchWith('z9hG4bKx', loopKey(request))
  addVia(copy, { transport: 'UDP', host: '192.0.2.1', port: 5060, branch })
  const received = parseMessage(serialize(copy))
  if (received.kind !== 'request') throw new Error(received.kind)
  expect(loops(received)).toBe(true)
})

/** The request as it is when it has passed through us once and comes back. */
function returned(request: SipRequest, sentBy = 'UDP 192.0.2.1:5060'): SipRequest {
  const branch = branchWith('z9hG4bK3k.1', loopKey(request))
  request.headers.prepend('Via', `SIP/2.0/${sentBy};branch=${branch};rport=5060`)
  return request
}

function loops(request: SipRequest): boolean {
  return isLoop(request, loopKey(request), isOurs)
}
