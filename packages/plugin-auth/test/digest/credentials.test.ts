import { expect, test } from '@jest/globals'
import { SipHeaders } from '@sipwright/framework'
import { credentialsFor, readCredentials, realmAndNonce } from '#src/digest/credentials.js'

const realm = 'example.com'
const md5 = 'a'.repeat(32)
const parts: Readonly<Record<string, string>> = {
  username: '"alice"',
  realm: `"${realm}"`,
  nonce: '"n1"',
  uri: '"sip:bob@example.com"',
  response: `"${md5}"`,
  cnonce: '"c"',
  qop: 'auth',
  nc: '0000000a',
}
const line = (changes: Readonly<Record<string, string | undefined>> = {}): string =>
  `Digest ${Object.entries({ ...parts, ...changes })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    .join(', ')}`
const kindOf = (value: string) => readCredentials(value, realm).kind

test('credentials are read whatever their order, case and white space', () => {
  const value = `DIGEST  QOP="auth" ,\tNC = 0000000A,${line({ qop: undefined, nc: undefined }).slice('Digest'.length)}`
  expect(readCredentials(value, realm)).toEqual({
    kind: 'credentials',
    credentials: {
      user: 'alice',
      realm,
      nonce: 'n1',
      uri: 'sip:bob@example.com',
      response: md5,
      algorithm: 'MD5',
      cnonce: 'c',
      qop: 'auth',
      nc: '0000000A',
      count: 10,
    },
  })
})

test('escapes in a name are taken off; parameters that nobody knows are let be', () => {
  const found = readCredentials(
    line({ username: '"al\\"ice\\\\"', x: '"y, z=1"', opaque: '""' }),
    realm,
  )
  expect(found).toMatchObject({ kind: 'credentials', credentials: { user: 'al"ice\\' } })
})

test('another scheme and another realm are not ours: Basic never (RFC 8760 §2.1)', () => {
  for (const value of [
    'Basic QWxhZGRpbjpvcGVu',
    'Bearer x',
    'Digestive x=1',
    line({ realm: '"b"' }),
  ]) {
    expect([value, kindOf(value)]).toEqual([value, 'foreign'])
  }
})

test.each([
  ['no user', line({ username: undefined })],
  ['an empty user', line({ username: '""' })],
  ['a control character in the user', line({ username: '"a\\\u0000b"' })],
  ['an endless user', line({ username: `"${'a'.repeat(256)}"` })],
  ['no realm', line({ realm: undefined })],
  ['no nonce', line({ nonce: undefined })],
  ['no qop: RFC 2069 cannot be counted', line({ qop: undefined })],
  ['a qop that nobody offers', line({ qop: 'auth-conf' })],
  ['no cnonce', line({ cnonce: undefined })],
  ['a count of seven digits', line({ nc: '0000001' })],
  ['a count that is none', line({ nc: '0000000g' })],
  ['a session algorithm', line({ algorithm: 'MD5-sess' })],
  ['a response too short for its algorithm', line({ algorithm: 'SHA-256' })],
  ['a response that is no hash', line({ response: `"${'z'.repeat(32)}"` })],
  ['a hashed user name', line({ userhash: 'true' })],
  ['a user name in another character set', line({ 'username*': "UTF-8''alice" })],
  ['one parameter twice', `${line()}, nonce="n2"`],
  ['a comma too many', `${line()},`],
  ['a quote that does not end', `${line()}, x="`],
  ['no commas', line().replaceAll(',', ' ')],
  ['nothing', 'Digest '],
  ['__proto__ as a parameter does not matter, its lack does', 'Digest __proto__="x"'],
])('malformed: %s', (_, value) => {
  expect(kindOf(value)).toBe('malformed')
})

test('of several lines the one for this realm counts, not those of others', () => {
  const headers = SipHeaders.of([
    ['Proxy-Authorization', line({ realm: '"other"' })],
    ['Proxy-Authorization', 'Digest nonsense'],
    ['Proxy-Authorization', line()],
  ])
  expect(credentialsFor(headers, 'Proxy-Authorization', realm).kind).toBe('credentials')
  expect(credentialsFor(headers, 'Proxy-Authorization', 'third').kind).toBe('malformed')
  expect(credentialsFor(headers, 'Authorization', realm).kind).toBe('foreign')
})

test('realm and nonce are found in what is no credentials otherwise', () => {
  expect(realmAndNonce('Digest realm="a", nonce="b"')).toEqual({ realm: 'a', nonce: 'b' })
  expect(realmAndNonce('Basic realm="a", nonce="b"')).toBeUndefined()
})

test('8 KiB of anything are read in time that grows with their length only', () => {
  const texts = ['"', '\\', 'a=', 'a=b,', '=', ', ', 'a="\\"', ' \t'].map(
    (each) => `Digest ${each.repeat(Math.ceil(8_192 / each.length))}`,
  )
  const began = performance.now()
  for (const text of texts) kindOf(text)
  expect(performance.now() - began).toBeLessThan(2_000)
})
