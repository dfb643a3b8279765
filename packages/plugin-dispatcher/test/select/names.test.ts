import { expect, test } from '@jest/globals'
import { resolveAlgorithm } from '#src/select/names.js'

test.each([
  ['round-robin', 'round-robin'],
  [3, 'hash-call-id'],
  ['4', 'round-robin'],
  [8, 'priority'],
  [9, 'weight'],
  ['kamailio:4', 'round-robin'],
  ['kamailio:8', 'priority'],
])('%p is %s', (given, name) => {
  expect(resolveAlgorithm(given).algorithm.name).toBe(name)
})

test('an integer that Kamailio counts differently comes with what Kamailio means', () => {
  expect(resolveAlgorithm(3).note).toBe(
    "algorithm 3 is hash-call-id; Kamailio's 3 is hash of the Request-URI",
  )
  expect(resolveAlgorithm(4).note).toBeUndefined()
})

test('what does not exist is refused, and what exists is named', () => {
  for (const given of [10, 'kamailio:0', 'fastest', 99])
    expect(() => resolveAlgorithm(given)).toThrow(
      /no algorithm .*hash-call-id, kamailio:4, kamailio:8, priority, round-robin, weight/,
    )
})
