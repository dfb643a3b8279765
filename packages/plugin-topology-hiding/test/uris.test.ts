import { expect, test } from '@jest/globals'
import { Names } from '#src/names.js'
import { References } from '#src/references.js'
import { Seal } from '#src/token/seal.js'
import { claimsToken, hostportOf, SealedUris, withHostport, withUri } from '#src/uris.js'
import { disguise } from './disguise.js'

const seal = new Seal(['a key for these tests'])
const none = new Names(seal, false)
const uris = new SealedUris(seal, new References(none, none))

test.each([
  'sip:1000@10.0.0.11:5060',
  'sips:1000@fs1.internal;transport=tcp',
  'sip:[2001:db8:10::1]:5070;lr',
  'sip:%23a:secret@10.0.0.11;x=y;ob',
])('%s becomes a token at our address, and is itself again', (uri) => {
  const hidden = uris.hide(uri, disguise())
  expect(hidden).toMatch(/^sips?:th1-[\w-]+@203\.0\.113\.1:5060$/)
  expect(hidden.startsWith('sips:')).toBe(uri.startsWith('sips:'))
  expect(uris.open(hidden)).toEqual({ uri, identity: undefined })
})

test('our transport is told; method and headers stay readable', () => {
  const hidden = uris.hide(
    'sip:1@10.0.0.11;method=INVITE?Replaces=a%3Bto-tag%3Db',
    disguise({ transport: 'TLS', advertisedPort: 5061 }),
  )
  expect(hidden).toMatch(
    /^sip:th1-[\w-]+@203\.0\.113\.1:5061;transport=tls;method=INVITE\?Replaces=a%3Bto-tag%3Db$/,
  )
  expect(uris.open(hidden)?.uri).toBe('sip:1@10.0.0.11;method=INVITE?Replaces=a%3Bto-tag%3Db')
})

test('the name that the inside goes by is sealed with it', () => {
  const hidden = uris.hide('sip:1@10.0.0.11', disguise(), 'fs1.internal:5062')
  expect(uris.open(hidden)?.identity).toBe('fs1.internal:5062')
})

test('other schemes are masked, and what is no token stands for itself', () => {
  expect(uris.hide('http://10.0.0.11/x', disguise())).toBe('http://203.0.113.1/x')
  for (const uri of ['sip:bob@example.com', 'sip:th1-AAAA@203.0.113.1', 'tel:th1-1', 'sip:th1-']) {
    expect(uris.open(uri)).toBeUndefined()
    expect(uris.show(uri)).toBe(uri)
  }
  expect([claimsToken('th1-x'), claimsToken('th2'), claimsToken(undefined)]).toEqual([
    ...[true, false, false],
  ])
})

test('a value keeps all but its URI', () => {
  expect(withUri('"a" <sip:a@b>;q=1', 'sip:a@b', 'sip:x@y')).toBe('"a" <sip:x@y>;q=1')
  expect(withUri('sip:a@b;q=1', 'sip:a@b', 'sip:x@y')).toBe('<sip:x@y>;q=1')
  expect(withUri('"<sip:a@b>" <sip:a@b>', 'sip:a@b', 'sip:x@y')).toBe('"<sip:a@b>" <sip:x@y>')
})

test('host and port are found in any URI', () => {
  expect(hostportOf('sip:a@b:1;c=d?e=f')).toBe('b:1')
  expect(hostportOf('sip:[::1]:5060')).toBe('[::1]:5060')
  expect(withHostport('sip:a@b:1;c=d', 'x')).toBe('sip:a@x;c=d')
  expect(withHostport('sip:b', 'x:2')).toBe('sip:x:2')
})
