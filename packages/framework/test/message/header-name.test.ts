import { expect, test } from '@jest/globals'
import {
  CALL_ID,
  CONTENT_LENGTH,
  FROM,
  TO,
  UNKNOWN,
  VIA,
  headerId,
  nameId,
} from '#src/message/header-name.js'

for (const [compact, long] of [
  ['a', 'Accept-Contact'],
  ['b', 'Referred-By'],
  ['c', 'Content-Type'],
  ['d', 'Request-Disposition'],
  ['e', 'Content-Encoding'],
  ['f', 'From'],
  ['i', 'Call-ID'],
  ['j', 'Reject-Contact'],
  ['k', 'Supported'],
  ['l', 'Content-Length'],
  ['m', 'Contact'],
  ['n', 'Identity-Info'],
  ['o', 'Event'],
  ['r', 'Refer-To'],
  ['s', 'Subject'],
  ['t', 'To'],
  ['u', 'Allow-Events'],
  ['v', 'Via'],
  ['x', 'Session-Expires'],
  ['y', 'Identity'],
] as const) {
  test(`${compact} is the compact form of ${long} (§7.3.3 and the registry)`, () => {
    const id = nameId(long)
    expect(id).not.toBe(UNKNOWN)
    for (const name of [compact, compact.toUpperCase(), long.toLowerCase(), long.toUpperCase()]) {
      expect(nameId(name)).toBe(id)
    }
  })
}

test('a name is found where it stands in a text', () => {
  const text = 'xxCALL-id: 1'
  expect(headerId(text, 2, 9)).toBe(CALL_ID)
  expect(headerId(text, 2, 8)).toBe(UNKNOWN)
  expect(headerId('Viable', 0, 3)).toBe(VIA)
})

test('names that only begin alike or are longer than any are not confused', () => {
  expect([
    nameId('Fro'),
    nameId('Fromm'),
    nameId('Too'),
    nameId('X'.repeat(300)),
    nameId(''),
  ]).toEqual([UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN])
  expect(new Set([FROM, TO, CONTENT_LENGTH]).size).toBe(3)
})
