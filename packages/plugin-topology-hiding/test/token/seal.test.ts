import { expect, test } from '@jest/globals'
import { SeededChance } from '@sipwright/framework/testing'
import { isToken, Seal, tokenPrefix } from '#src/token/seal.js'

const secret = 'a secret of the edge'
const contact = 'sip:1000@10.0.11.11:5060'

test('a sealed Contact is short, and fit for a user part, a parameter, a tag and a Call-ID', () => {
  const token = new Seal([secret]).seal('uri', contact)
  expect(token).toMatch(/^th1-[\w-]+$/)
  expect(token.length).toBeLessThanOrEqual(56)
  expect(isToken(token)).toBe(true)
})

test('any node with the key opens it, and after any restart; the same text gives the same token', () => {
  const token = new Seal([secret]).seal('uri', contact)
  expect(new Seal([secret]).open('uri', token)).toBe(contact)
  expect(new Seal([secret]).seal('uri', contact)).toBe(token)
})

test('a token says nothing of what it holds: texts alike give tokens that are not', () => {
  const seal = new Seal([secret])
  const [one, other] = [seal.seal('uri', `${contact}1`), seal.seal('uri', `${contact}2`)]
  const same = Array.from(one, (digit, index) => digit === other[index]).filter(Boolean)
  expect(same.length).toBeLessThan(tokenPrefix.length + 12)
})

test('keys rotate: the first seals, all of them open, and one that is gone opens nothing', () => {
  const old = new Seal([secret])
  const both = new Seal(['another secret of it', secret])
  const next = new Seal(['another secret of it'])
  expect(both.open('uri', old.seal('uri', contact))).toBe(contact)
  expect(both.seal('uri', contact)).toBe(next.seal('uri', contact))
  expect(next.open('uri', old.seal('uri', contact))).toBeUndefined()
})

test('a token made for one use opens for no other', () => {
  const seal = new Seal([secret])
  expect(seal.open('name', seal.seal('uri', contact))).toBeUndefined()
  expect(seal.open('routes', seal.seal('name', contact))).toBeUndefined()
})

test('whatever is sealed is opened, over many texts', () => {
  const chance = new SeededChance(3)
  const seal = new Seal([secret, 'the one before that'])
  for (let round = 0; round < 3_000; round++) {
    const length = Math.floor(chance.random() ** 3 * 900)
    const text = Array.from({ length }, () =>
      String.fromCharCode(Math.floor(chance.random() * 256)),
    ).join('')
    expect(seal.open('uri', seal.seal('uri', text))).toBe(text)
  }
})

test('every flipped bit and every other character is refused', () => {
  const seal = new Seal([secret])
  const token = seal.seal('uri', contact)
  const octets = Buffer.from(token.slice(tokenPrefix.length), 'base64url')
  for (let bit = 0; bit < 8 * octets.length; bit++) {
    const flipped = Buffer.from(octets)
    flipped[bit >> 3]! ^= 1 << (bit & 7)
    expect(seal.open('uri', tokenPrefix + flipped.toString('base64url'))).toBeUndefined()
  }
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  for (let at = 0; at < token.length; at++) {
    for (const digit of digits) {
      if (digit === token[at]) continue
      const changed = token.slice(0, at) + digit + token.slice(at + 1)
      expect(seal.open('uri', changed)).toBeUndefined()
    }
  }
})

test('every cut, every addition and any rubbish is refused and throws nothing', () => {
  const seal = new Seal([secret])
  const token = seal.seal('uri', contact)
  for (let length = 0; length < token.length; length++) {
    expect(seal.open('uri', token.slice(0, length))).toBeUndefined()
  }
  for (const rubbish of [`${token}A`, `${token}=`, `${token}%41`, 'th1-', '', '\0', 'th1-é']) {
    expect(seal.open('uri', rubbish)).toBeUndefined()
  }
  const chance = new SeededChance(11)
  for (let round = 0; round < 2_000; round++) {
    const bytes = Buffer.from(
      Array.from({ length: 25 + Math.floor(chance.random() * 60) }, () => chance.random() * 256),
    )
    expect(seal.open('uri', tokenPrefix + bytes.toString('base64url'))).toBeUndefined()
  }
})

test('a token has a bound, in both directions', () => {
  const seal = new Seal([secret])
  expect(() => seal.seal('routes', 'x'.repeat(1_201))).toThrow(
    expect.objectContaining({ code: 'SIPW_ERR_TOKEN_TOO_LARGE', status: 513 }),
  )
  expect(seal.open('routes', tokenPrefix + 'A'.repeat(100_000))).toBeUndefined()
})
