import { expect, test } from '@jest/globals'
import { algorithmNames, resolveAlgorithm } from '#src/select/names.js'

test.each([
  ['round-robin', 'round-robin'],
  ['hash:call-id', 'hash-call-id'],
  ['hash:auth-user', 'hash-auth-user'],
  ['4', 'round-robin'],
  ['kamailio:0', 'kamailio:0'],
  ['kamailio:4', 'round-robin'],
  ['kamailio:8', 'priority'],
  ['kamailio:11', 'kamailio:11'],
  ['kamailio:15', 'srv'],
])('%p is %s', (given, name) => {
  expect(resolveAlgorithm(given).algorithm.name).toBe(name)
})

test('integers follow our published table', () => {
  const table = Array.from({ length: 13 }, (_, n) => resolveAlgorithm(n).algorithm.name)
  expect(table).toEqual([
    ...['hash-from', 'hash-to', 'hash-ruri', 'hash-call-id', 'round-robin', 'hash-auth-user'],
    ...['random', 'hash-expression', 'priority', 'weight', 'call-load', 'latency', 'parallel'],
  ])
})

test('an integer that Kamailio counts differently comes with what Kamailio means', () => {
  const noted = Array.from({ length: 13 }, (_, n) => n).filter((n) => resolveAlgorithm(n).note)
  expect(noted).toEqual([0, 1, 2, 3, 11])
  expect(resolveAlgorithm(3).note).toBe(
    "algorithm 3 is hash-call-id; Kamailio's 3 is hash of the Request-URI",
  )
  expect(resolveAlgorithm(11).note).toBe(
    "algorithm 11 is latency; Kamailio's 11 is relative weight",
  )
})

test('what does not exist is refused, and what exists is named', () => {
  for (const given of ['hash:nothing', 'kamailio:99', 'fastest', 99]) {
    expect(() => resolveAlgorithm(given)).toThrow(algorithmNames.join(', '))
  }
})
