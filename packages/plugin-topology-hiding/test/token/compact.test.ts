import { expect, test } from '@jest/globals'
import { SeededChance } from '@sipwright/framework/testing'
import { compact, expand } from '#src/token/compact.js'

test('a usual Contact takes a fraction of its characters', () => {
  expect(compact('sip:1000@10.0.11.11:5060')).toHaveLength(1 + 5 + 5 + 3)
  expect(compact('sip:mod_sofia@10.0.11.11:5080;transport=tcp')).toHaveLength(1 + 1 + 5 + 3 + 1)
  expect(compact('4e5a1f4e-6a0c-4f0a-9c1d-0123456789ab')).toHaveLength(17)
  expect(compact('3f2a1b4c5d6e7f80@10.0.0.11')).toHaveLength(2 + 8 + 1 + 5)
})

test.each([
  'sip:10.0.0.11',
  'sip:1@010.0.0.11:05060',
  'sip:1@10.0.0.256:99999',
  'sip:1@1.2.3.4.5:65536',
  'sips:[2001:db8::11]:5061;transport=tls;lr',
  'sip:caf\xe9@10.0.0.11',
  '\x80\xff',
  '',
  'a\0b\0<sip:10.0.0.1;lr>',
  'DEADBEEFDEADBEEF',
  'deadbeefdeadbee',
  'ab'.repeat(300),
])('what is expanded is what was compacted: %j', (text) => {
  expect(expand(compact(text))).toBe(text)
})

test('of any text, character for character', () => {
  const chance = new SeededChance(7)
  const pieces = [
    'sip:',
    '10.0.0.1',
    ':5060',
    ';lr',
    'deadbeef',
    '@',
    '%40',
    '.',
    '1',
    '\0',
    '<',
    '\xe9',
  ]
  for (let round = 0; round < 5_000; round++) {
    let text = ''
    for (let left = chance.random() * 12; left > 0; left--) {
      text += pieces[Math.floor(chance.random() * pieces.length)] ?? ''
    }
    expect(expand(compact(text))).toBe(text)
  }
})

test('octets that were never compacted are told, whatever they are', () => {
  for (const octets of [[0x80, 1], [0x81], [0x82, 1, 2], [0x83], [0x83, 9, 1], [0x8f], [0xfe]]) {
    expect(expand(Buffer.from(octets))).toBeUndefined()
  }
})
