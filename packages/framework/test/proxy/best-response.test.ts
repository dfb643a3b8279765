import { expect, test } from '@jest/globals'
import { chooseBest, preferredResponse } from '#src/proxy/best-response.js'
import { answer, invite } from '#src/testing/messages.js'

test.each<[responses: number[], chosen: number]>([
  [[486], 486],
  [[503, 486], 486],
  [[486, 302], 302],
  [[302, 603], 603],
  [[404, 600, 606], 600],
  [[500, 404, 404], 404],
  [[486, 404], 486],
  [[404, 486], 404],
  [[404, 401], 401],
  [[486, 407], 407],
  [[404, 415], 415],
  [[404, 420], 420],
  [[404, 484], 484],
  [[484, 407], 407],
  [[408, 486], 486],
  [[408, 503], 408],
  [[487, 480], 480],
  [[408, 487], 487],
  [[503, 501], 501],
])('of %j the caller gets %i (§16.7 step 6)', (statuses, chosen) => {
  const responses = statuses.map((status) => answer(invite(), status))
  expect(preferredResponse(responses).status).toBe(chosen)
})

test('of equals the earliest is chosen (§16.7 step 6)', () => {
  const responses = [answer(invite(), 486), answer(invite(), 486)]
  expect(preferredResponse(responses)).toBe(responses[0])
})

test('a chosen 503 becomes a 500 of our own, without Retry-After (§16.7 step 6)', () => {
  const busy = answer(invite(), 503, { headers: { 'Retry-After': '20' } })
  const best = chooseBest([busy], invite())
  expect(best).toMatchObject({ status: 500, reason: 'Server Internal Error' })
  expect(best.headers.has('Retry-After')).toBe(false)
})

test('a 503 that is not chosen changes nothing (§16.7 step 6)', () => {
  const responses = [answer(invite(), 503), answer(invite(), 486)]
  expect(chooseBest(responses, invite())).toBe(responses[1])
})

test('a 401 or 407 carries the challenges of all, unchanged (§16.7 step 7)', () => {
  const first = answer(invite(), 407, {
    headers: { 'Proxy-Authenticate': 'Digest realm="a", nonce="1"' },
  })
  const second = answer(invite(), 401, {
    headers: { 'WWW-Authenticate': 'Digest realm="b", nonce="2"' },
  })
  const third = answer(invite(), 407, {
    headers: { 'Proxy-Authenticate': 'Digest realm="c", nonce="3"' },
  })
  const best = chooseBest([first, answer(invite(), 404), second, third], invite())
  expect(best.status).toBe(407)
  expect(best.headers.getAll('Proxy-Authenticate')).toEqual([
    'Digest realm="a", nonce="1"',
    'Digest realm="c", nonce="3"',
  ])
  expect(best.headers.getAll('WWW-Authenticate')).toEqual(['Digest realm="b", nonce="2"'])
  expect(first.headers.getAll('Proxy-Authenticate')).toHaveLength(1)
})

test('a challenge alone leaves as it came (§16.7 step 7)', () => {
  const challenge = answer(invite(), 401, { headers: { 'WWW-Authenticate': 'Digest realm="a"' } })
  expect(chooseBest([challenge, answer(invite(), 404)], invite())).toBe(challenge)
})
