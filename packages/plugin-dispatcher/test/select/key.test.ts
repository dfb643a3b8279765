import { expect, test } from '@jest/globals'
import { type ContextKey, type Identity, identity } from '@sipwright/framework'
import { invite } from '@sipwright/framework/testing'
import { keyNamed } from '#src/select/key.js'

const credentials = (user: string): string => `Digest realm="x", username="${user}", nonce="1"`

function key(name: string, headers: Readonly<Record<string, string>>, uri?: string) {
  const request = invite({ callId: 'c1' })
  if (uri !== undefined) request.uri = uri
  for (const [header, value] of Object.entries(headers)) request.headers.set(header, value)
  return keyNamed(name)({ request, now: 0 })
}

test.each([
  ['sip:bob@Example.COM:5060', 'bob@example.com'],
  ['sip:b%6Fb@example.com', 'bob@example.com'],
  ['sips:bob@example.com:5061', 'bob@example.com'],
  ['sip:bob@example.com:5080;transport=tcp', 'bob@example.com:5080'],
  ['sip:example.com', 'example.com'],
])('4b.15: the key of %s is %s: what §19.1.4 calls equal is equal', (uri, expected) => {
  expect(key('from', { From: `"x" <${uri}>;tag=1` })).toBe(expected)
  expect(key('to', { To: `<${uri}>` })).toBe(expected)
  expect(key('ruri', {}, uri)).toBe(expected)
})

test('4b.15: by the user alone two domains are one key; a tel URI has a number for user', () => {
  expect(key('from.user', { From: '<sip:bob@a>;tag=1' })).toBe('bob')
  expect(key('from.user', { From: '<sip:bob@b:5080>;tag=1' })).toBe('bob')
  expect(key('to.user', { To: '<tel:+4930123;phone-context=x>' })).toBe('+4930123')
})

test('4b.16: of two digests the one for a proxy decides (§22.3); other schemes name nobody', () => {
  const [alice, bob] = [credentials('alice'), credentials('bob')]
  expect(key('auth.user', { Authorization: bob })).toBe('bob')
  expect(key('auth.user', { Authorization: bob, 'Proxy-Authorization': alice })).toBe('alice')
  expect(key('auth.user', { Authorization: 'Basic username="bob"' })).toBeUndefined()
  expect(key('auth.user', {})).toBeUndefined()
})

test('4b.16: who has proven to be somebody is that user, whatever credentials say', () => {
  const request = invite({ callId: 'c1' })
  request.headers.set('Proxy-Authorization', credentials('alice'))
  const carol: Identity = {
    user: 'carol',
    realm: 'x',
    uri: 'sip:carol@x',
    provenBy: 'digest',
  }
  const peek = <T>(slot: ContextKey<T>) =>
    (slot === (identity as ContextKey<unknown>) ? carol : undefined) as T | undefined
  expect(keyNamed('auth.user')({ request, now: 0, peek })).toBe('carol')
  expect(keyNamed('auth.user')({ request, now: 0, peek: () => undefined })).toBe('alice')
})

test('a header, a method, a Call-ID; what is empty or cannot be read is no key', () => {
  expect(key('header:X-Tenant', { 'X-Tenant': ' t1 ' })).toBe('t1')
  expect(key('header:X-Tenant', { 'X-Tenant': '' })).toBeUndefined()
  expect(key('method', {})).toBe('INVITE')
  expect(key('call-id', {})).toBe('c1')
  expect(key('from', { From: '<<<>' })).toBeUndefined()
  expect(key('source.address', {})).toBeUndefined()
})

test('a name that no key has is refused', () => {
  expect(() => keyNamed('tenant')).toThrow(/no key tenant to hash; there are call-id/)
})
