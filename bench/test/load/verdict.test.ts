import { expect, test } from '@jest/globals'
import { whyVoid } from '#src/load/verdict.js'

const outcome = {
  ...{ asked: 9_000, created: 9_000, successful: 9_000, retransmissions: 9 },
  ...{ measured: 6_000, nominal: 6_000 },
}

test('a run counts when all calls were made and ended well, and hardly a message was sent twice', () => {
  expect(whyVoid(outcome)).toBeUndefined()
})

test('a failed call, a call not made, or more than one retransmission in a thousand calls voids a run', () => {
  expect(whyVoid({ ...outcome, successful: 8_999 })).toBe('1 of 9000 calls failed')
  expect(whyVoid({ ...outcome, asked: 9_001 })).toBe('9000 of 9001 calls were made')
  expect(whyVoid({ ...outcome, retransmissions: 10 })).toBe('10 retransmissions in 9000 calls')
})

test('a generator that is more than 15 % late voids a run', () => {
  expect(whyVoid({ ...outcome, measured: 5_100 })).toBeUndefined()
  expect(whyVoid({ ...outcome, measured: 5_099 })).toBe(
    '5099 calls in the time of 6000: the generator was late',
  )
})
