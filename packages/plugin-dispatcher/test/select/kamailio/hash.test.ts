import { expect, test } from '@jest/globals'
import { kamailioHash } from '#src/select/kamailio/hash.js'

test.each([
  ['alice', 'server.com', 1412806172, 0],
  ['bob', 'server.com', 3883463682, 2],
  ['15551230000', 'example.com', 1460941343, 3],
  ['a84b4c76e66710@pc33.atlanta.com', '', 2175018094, 2],
  ['alice', '', 1834153949, 1],
  ['bob', 'server.com:5080', 1243011444, 0],
  ['', '', 1, 1],
])('4b.14: dispatcher.hash 4 %s %s is %i, slot %i (Kamailio 5.6.3)', (one, two, hash, slot) => {
  expect(kamailioHash(one, two)).toBe(hash)
  expect(hash % 4).toBe(slot)
})

test('it is commutative over four characters, as it is there', () => {
  expect(kamailioHash('abcd1234')).toBe(kamailioHash('1234abcd'))
})
