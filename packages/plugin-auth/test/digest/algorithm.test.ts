import { expect, test } from '@jest/globals'
import { ha1, hashOf, responseOf, sameText, wireText } from '#src/digest/algorithm.js'
import { formatChallenge, preferred } from '#src/digest/challenge.js'

const mufasa = {
  method: 'GET',
  uri: '/dir/index.html',
  nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
  nc: '00000001',
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  qop: 'auth',
  body: '',
} as const

test.each([
  ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
  ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
] as const)('the response of RFC 7616 §3.9.1 with %s', (algorithm, response) => {
  const a1 = ha1(algorithm, 'Mufasa', 'http-auth@example.org', 'Circle of Life')
  expect(responseOf(algorithm, a1, mufasa)).toBe(response)
})

test('the response of RFC 7616 §3.9.2 with SHA-512-256, as erratum 4897 corrects it: UTF-8, user name hashed', () => {
  const [user, realm] = [wireText('Jäsøn Doe'), 'api@example.org']
  const a1 = ha1('SHA-512-256', user, realm, 'Secret, or not?')
  const response = responseOf('SHA-512-256', a1, {
    method: 'GET',
    uri: '/doe.json',
    nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
    nc: '00000001',
    cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
    qop: 'auth',
    body: '',
  })
  expect(response).toBe('3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5')
  expect(hashOf('SHA-512-256', `${user}:${realm}`)).toBe(
    '793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b',
  )
})

test('auth-int covers the body (RFC 7616 §3.4.3)', () => {
  const a1 = ha1('SHA-256', 'u', 'r', 'p')
  const of = (body: string, qop: 'auth' | 'auth-int') =>
    responseOf('SHA-256', a1, { ...mufasa, body, qop })
  expect(of('a', 'auth')).toBe(of('b', 'auth'))
  expect(of('a', 'auth-int')).not.toBe(of('b', 'auth-int'))
})

test('texts are the same or not, whatever their lengths', () => {
  expect([sameText('ab', 'ab'), sameText('ab', 'ac'), sameText('ab', 'abc')]).toEqual([
    true,
    false,
    false,
  ])
})

test('one challenge for each algorithm, MD5 last, qop always there (RFC 8760 §2.3, §2.4)', () => {
  const algorithms = preferred(['MD5', 'SHA-512-256', 'SHA-256', 'MD5'])
  expect(algorithms).toEqual(['SHA-512-256', 'SHA-256', 'MD5'])
  const challenge = { realm: 'a "b" \\', nonce: 'n', algorithms, qop: 'auth', stale: false }
  expect(formatChallenge(challenge)).toEqual(
    algorithms.map(
      (each) => `Digest realm="a \\"b\\" \\\\", nonce="n", algorithm=${each}, qop="auth"`,
    ),
  )
  expect(formatChallenge({ ...challenge, stale: true })[0]).toMatch(/, stale=true$/)
})
