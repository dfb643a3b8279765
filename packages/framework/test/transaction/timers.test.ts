import { expect, test } from '@jest/globals'
import { firstInterval, timersFrom, type TimerName } from '#src/transaction/timers.js'

test('the defaults are those of table 4, and three minutes for Timer C (§17, §16.6 step 11)', () => {
  expect(timersFrom()).toEqual({
    t1: 500,
    t2: 4_000,
    t4: 5_000,
    inviteTimeout: 32_000,
    nonInviteTimeout: 32_000,
    linger: 32_000,
    ringTimeout: 180_000,
  })
})

test('the long timers follow T1 unless they are given (§17, table 4)', () => {
  expect(timersFrom({ t1: 100 })).toMatchObject({ inviteTimeout: 6_400, linger: 6_400, t2: 4_000 })
  expect(timersFrom({ t1: 100, linger: 32_000 })).toMatchObject({ linger: 32_000 })
})

test('a timer that would never let time pass, or never fire, is refused', () => {
  for (const t1 of [0, -1, NaN, Infinity]) {
    expect(() => timersFrom({ t1 })).toThrow(
      expect.objectContaining({ code: 'SIPW_ERR_TIMER_VALUE' }),
    )
  }
})

const table: readonly [TimerName, unreliable: number, reliable: number][] = [
  ['A', 500, Infinity],
  ['B', 32_000, 32_000],
  ['D', 32_000, 0],
  ['E', 500, Infinity],
  ['F', 32_000, 32_000],
  ['G', 500, Infinity],
  ['H', 32_000, 32_000],
  ['I', 5_000, 0],
  ['J', 32_000, 0],
  ['K', 5_000, 0],
  ['L', 32_000, 32_000],
  ['M', 32_000, 32_000],
]

for (const [timer, unreliable, reliable] of table) {
  test(`Timer ${timer} first runs for ${unreliable} ms over UDP and ${reliable} ms over TCP (§17, table 4)`, () => {
    expect(firstInterval(timer, timersFrom(), false)).toBe(unreliable)
    expect(firstInterval(timer, timersFrom(), true)).toBe(reliable)
  })
}
