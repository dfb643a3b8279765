import { expect, test } from '@jest/globals'
import { Nonces, type NoncesOptions } from '#src/digest/nonces.js'

const realm = 'example.com'
let time = 1_700_000_000_000
let unique = 0

function nonces(changes: Partial<NoncesOptions> = {}): Nonces {
  return new Nonces({
    secret: 'one',
    lifetimeMs: 300_000,
    rotationMs: 3_600_000,
    wall: () => time,
    unique: () => `u${unique++}`,
    ...changes,
  })
}

test('a nonce is known again by whoever has the secret, with nothing kept', () => {
  const nonce = nonces().issue(realm)
  expect(nonces().check(nonce, realm)).toEqual({ kind: 'valid', issuedAt: time })
  expect(nonces({ secret: 'two' }).check(nonce, realm).kind).toBe('forged')
  expect(nonces().check(nonce, 'other').kind).toBe('forged')
  expect(nonces().issue(realm)).not.toBe(nonces().issue(realm))
})

test('what makes a nonce unique may have hyphens anywhere: it is known again', () => {
  for (const text of ['-', '--', 'a-b_c', '-cIMtD_MrItAw', '3vn-D3omikA4-', 'x'.repeat(32)]) {
    const mine = nonces({ unique: () => text })
    expect(mine.check(mine.issue(realm), realm).kind).toBe('valid')
  }
})

test('a nonce that is bound to an address is good for no other', () => {
  const nonce = nonces().issue(realm, '192.0.2.1')
  expect(nonces().check(nonce, realm, '192.0.2.1').kind).toBe('valid')
  expect(nonces().check(nonce, realm, '192.0.2.2').kind).toBe('forged')
  expect(nonces().check(nonce, realm).kind).toBe('forged')
})

test('one that is too old has expired; a change of any character makes it forged', () => {
  const mine = nonces()
  const nonce = mine.issue(realm)
  time += 300_001
  expect(mine.check(nonce, realm).kind).toBe('expired')
  for (let at = 0; at < nonce.length; at++) {
    const changed = nonce.slice(0, at) + (nonce[at] === '0' ? '1' : '0') + nonce.slice(at + 1)
    // The last character of base64url carries two bits of sixteen bytes: the other four say nothing.
    if (at < nonce.length - 1)
      expect([changed, mine.check(changed, realm).kind]).toEqual([changed, 'forged'])
  }
})

test.each(['', '-', 'x', '1-1-1', 'zzzzzzzzzz-a-'.padEnd(40, 'a'), '\u0000', 'a'.repeat(8_000)])(
  'what never was a nonce of ours is forged: %j',
  (text) => {
    expect(nonces().check(text, realm).kind).toBe('forged')
  },
)

test('one from the future is forged, but for the clocks of other nodes', () => {
  const ahead = (ms: number) => nonces({ wall: () => time + ms }).issue(realm)
  expect(nonces().check(ahead(9_000), realm).kind).toBe('valid')
  expect(nonces().check(ahead(11_000), realm).kind).toBe('forged')
})

test('keys change with time: nonces of the slot before are known, older ones are not', () => {
  time = 1_700_000_000_000 - (1_700_000_000_000 % 3_600_000) + 3_599_999
  const mine = nonces()
  const nonce = mine.issue(realm)
  time += 2
  expect(mine.check(nonce, realm).kind).toBe('valid')
  time += 3_599_000
  expect(mine.check(nonce, realm).kind).toBe('expired')
  time += 2_000
  expect(mine.check(nonce, realm).kind).toBe('forged')
})
