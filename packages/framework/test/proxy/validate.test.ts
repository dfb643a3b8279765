import { expect, test } from '@jest/globals'
import { branchWith, loopKey } from '#src/proxy/loop.js'
import { validateRequest, type ValidationRules } from '#src/proxy/validate.js'
import { type SipRequest } from '#src/message/message.js'
import { ack, invite, request, type RequestFields } from '#src/testing/messages.js'

test('a request of the ordinary kind is forwarded (§16.3)', () => {
  expect(validate(invite())).toBeUndefined()
})

test.each(['sip:bob@biloxi.com', 'sips:bob@biloxi.com', 'tel:+13125550100'])(
  'a Request-URI that can be routed passes: %s (§16.3 step 2)',
  (uri) => {
    expect(validate(invite({ uri }))).toBeUndefined()
  },
)

test.each(['nobodyKnowsThisScheme:totallyopaquecontent', 'soap.beep://192.0.2.103:3002'])(
  'a Request-URI of a scheme we do not know is refused with 416: %s (§16.3 step 2)',
  (uri) => {
    expect(validate(invite({ uri }))).toMatchObject({ status: 416, code: 'SIPW_ERR_URI_SCHEME' })
  },
)

test('Max-Forwards 0 is refused with 483, 1 is not (§16.3 step 3)', () => {
  expect(validate(invite({ maxForwards: 0 }))).toMatchObject({ status: 483 })
  expect(validate(invite({ maxForwards: 1 }))).toBeUndefined()
})

test('a request without Max-Forwards passes (§16.3 step 3)', () => {
  const request = invite()
  request.headers.remove('Max-Forwards')
  expect(validate(request)).toBeUndefined()
})

test('420 names in Unsupported exactly the option tags that we do not support (§16.3 step 5, §20.40)', () => {
  const refusal = validate(
    withHeaders({ 'Proxy-Require': 'foo, Path, bar' }),
    new Set(['path', 'privacy']),
  )
  expect(refusal).toMatchObject({ status: 420, headers: { Unsupported: 'foo, bar' } })
})

test('Proxy-Require of what we support passes, in any case of letters (§7.3.1)', () => {
  expect(validate(withHeaders({ 'Proxy-Require': 'PATH' }), new Set(['path']))).toBeUndefined()
})

test('Require is for the callee: a proxy never refuses it (§16.3 step 5)', () => {
  expect(validate(withHeaders({ Require: 'nothingSupportsThis' }))).toBeUndefined()
})

test('an ACK is not stopped by a Proxy-Require that its INVITE has passed (§8.2.2.3)', () => {
  expect(validate(ack({ headers: { 'Proxy-Require': 'foo' } }))).toBeUndefined()
})

test('Max-Breadth 0 allows no branch: 440 (RFC 5393 §5.3.3)', () => {
  expect(validate(withHeaders({ 'Max-Breadth': '0' }))).toMatchObject({ status: 440 })
  expect(validate(withHeaders({ 'Max-Breadth': '1' }))).toBeUndefined()
})

test.each(['', 'x', '1e1', '0x0a', '-1', '1 2'])(
  'a Max-Breadth that is no number is refused with 400: "%s" (RFC 5393 §5.3.1)',
  (text) => {
    expect(validate(withHeaders({ 'Max-Breadth': text }))).toMatchObject({ status: 400 })
  },
)

test('two Max-Breadth fields are refused with 400: a request carries a single one (RFC 5393 §5.3.3)', () => {
  const request = withHeaders({ 'Max-Breadth': '5' })
  request.headers.append('Max-Breadth', '6')
  expect(validate(request)).toMatchObject({ status: 400 })
})

test('a loop is refused with 482 (§16.3 step 4)', () => {
  const request = invite()
  const key = loopKey(request)
  const via = `SIP/2.0/UDP 192.0.2.1:5060;branch=${branchWith('z9hG4bKours', key)}`
  request.headers.prepend('Via', via)
  expect(validate(request)).toMatchObject({ status: 482, code: 'SIPW_ERR_LOOP' })
})

function withHeaders(headers: NonNullable<RequestFields['headers']>): SipRequest {
  return request('INVITE', { headers })
}

function validate(request: SipRequest, proxyRequire: ReadonlySet<string> = new Set()) {
  const rules: ValidationRules = {
    proxyRequire,
    isOurs: (host) => host === '192.0.2.1',
    loopKey: loopKey(request),
  }
  return validateRequest(request, rules)
}
