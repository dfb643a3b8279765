import { expect, test } from '@jest/globals'
import { SipHeaders, SipRequest, SipResponse } from '@sipwright/framework'
import { RoutingPolicy, type RoutingRules } from '#src/routing-policy.js'

const defaults: RoutingRules = {
  failover: {
    on: [503, 'transport-error', 'no-response'],
    noResponse: 2_000,
    maxAttempts: 3,
    noDestination: 503,
  },
  route: [{ methods: ['*'], set: '1' }],
}

test('the first rule that matches picks the set, by user and by method', () => {
  const policy = withRoutes(
    { user: '2*', methods: ['*'], set: 'two' },
    { methods: ['MESSAGE', 'SUBSCRIBE'], set: 'text' },
    { user: '*9', methods: ['INVITE'], set: 'nine' },
  )
  expect(policy.setFor(request('INVITE', 'sip:2000@example.com'))).toBe('two')
  expect(policy.setFor(request('MESSAGE', 'sip:2000@example.com'))).toBe('two')
  expect(policy.setFor(request('MESSAGE', 'sip:bob@example.com'))).toBe('text')
  expect(policy.setFor(request('INVITE', 'sip:1009@example.com'))).toBe('nine')
  expect(policy.setFor(request('INVITE', 'sip:bob@example.com'))).toBeUndefined()
  expect(policy.setFor(request('INVITE', 'sip:example.com'))).toBeUndefined()
})

test('escaped characters do not get around a pattern (§19.1.4)', () => {
  const policy = withRoutes({ user: '2*', methods: ['*'], set: 'two' })
  expect(policy.setFor(request('INVITE', 'sip:%32000@example.com'))).toBe('two')
  expect(policy.setFor(request('INVITE', 'sip:%3@example.com'))).toBeUndefined()
})

test('a tel URI is matched by its number (RFC 3966)', () => {
  const policy = withRoutes({ user: '+49*', methods: ['*'], set: 'de' })
  expect(policy.setFor(request('INVITE', 'tel:+4930123;ext=5'))).toBe('de')
})

test('a method is compared as it is written (§7.1)', () => {
  const policy = withRoutes({ methods: ['INVITE'], set: '1' })
  expect(policy.setFor(request('invite', 'sip:a@b'))).toBeUndefined()
})

test('an OPTIONS is for us if it names no user and one of our names (§11.2)', () => {
  const policy = new RoutingPolicy(defaults)
  policy.answerTo([
    { host: '127.0.0.1', port: 5062 },
    { host: 'example.com', port: undefined },
  ])
  const asksUs = (method: string, uri: string) => policy.asksUs(request(method, uri))
  expect(asksUs('OPTIONS', 'sip:127.0.0.1:5062')).toBe(true)
  expect(asksUs('OPTIONS', 'sip:EXAMPLE.com')).toBe(true)
  expect(asksUs('OPTIONS', 'sip:example.com:5099')).toBe(true)
  expect(asksUs('OPTIONS', 'sip:127.0.0.1')).toBe(false)
  expect(asksUs('OPTIONS', 'sip:bob@example.com')).toBe(false)
  expect(asksUs('OPTIONS', 'sip:example.org')).toBe(false)
  expect(asksUs('OPTIONS', 'tel:+4930')).toBe(false)
  expect(asksUs('INVITE', 'sip:example.com')).toBe(false)
})

test('requests that make a dialog keep us in its path (§16.6 step 4)', () => {
  const policy = new RoutingPolicy(defaults)
  const stays = ['INVITE', 'SUBSCRIBE', 'REFER', 'MESSAGE', 'OPTIONS', 'REGISTER'].filter(
    (method) => policy.staysInPath(request(method, 'sip:a@b')),
  )
  expect(stays).toEqual(['INVITE', 'SUBSCRIBE', 'REFER'])
})

test('by default 503, a transport error and silence make the next destination be tried (RFC 3263 §4.3)', () => {
  const policy = new RoutingPolicy(defaults)
  expect(policy.failsOver(failure('response', 503))).toBe(true)
  expect(policy.failsOver(failure('transport-error', 503))).toBe(true)
  expect(policy.failsOver(failure('no-response', 408))).toBe(true)
  for (const status of [300, 401, 404, 408, 486, 488, 500, 502, 504, 600, 603]) {
    expect(policy.failsOver(failure('response', status))).toBe(false)
  }
})

test('a 503 that stands for a transport error is not one that was received', () => {
  const policy = withFailover({ on: [503] })
  expect(policy.failsOver(failure('response', 503))).toBe(true)
  expect(policy.failsOver(failure('transport-error', 503))).toBe(false)
  expect(policy.failsOver(failure('no-response', 408))).toBe(false)
})

test('5xx covers every server error and no 6xx (§16.7 step 5)', () => {
  const policy = withFailover({ on: ['5xx'] })
  expect(policy.failsOver(failure('response', 500))).toBe(true)
  expect(policy.failsOver(failure('response', 599))).toBe(true)
  expect(policy.failsOver(failure('response', 600))).toBe(false)
  expect(policy.failsOver(failure('response', 486))).toBe(false)
})

test('a reload replaces everything at once', () => {
  const policy = new RoutingPolicy(defaults)
  policy.replace({
    failover: { on: [], noResponse: 500, maxAttempts: 1, noDestination: 480 },
    route: [{ methods: ['INVITE'], set: 'new' }],
  })
  expect(policy.setFor(request('INVITE', 'sip:a@b'))).toBe('new')
  expect(policy.setFor(request('MESSAGE', 'sip:a@b'))).toBeUndefined()
  expect(policy.failsOver(failure('response', 503))).toBe(false)
  expect(policy.relayOptions).toEqual({ timeoutMs: 500, maxAttempts: 1 })
  expect(policy.noDestination).toBe(480)
})

function withRoutes(...route: RoutingRules['route']): RoutingPolicy {
  return new RoutingPolicy({ ...defaults, route })
}

function withFailover(failover: Partial<RoutingRules['failover']>): RoutingPolicy {
  return new RoutingPolicy({ ...defaults, failover: { ...defaults.failover, ...failover } })
}

function request(method: string, uri: string): SipRequest {
  return new SipRequest(method, uri, new SipHeaders())
}

function failure(cause: 'response' | 'transport-error' | 'no-response', status: number) {
  return { cause, response: new SipResponse(status, '', new SipHeaders()) }
}
