import { expect, test } from '@jest/globals'
import { parseCSeq } from '#src/message/cseq.js'

test('CSeq is a number and a method (§20.16)', () => {
  expect(parseCSeq('314159 INVITE')).toEqual({ number: 314159, method: 'INVITE' })
  expect(parseCSeq(' 0009 \t invite ')).toEqual({ number: 9, method: 'invite' })
})

test('the number is below 2^31 (§8.1.1.5)', () => {
  expect(parseCSeq('2147483647 BYE').number).toBe(2_147_483_647)
})

for (const text of [
  '',
  '1',
  'INVITE',
  '1INVITE',
  '2147483648 BYE',
  '36893488147419103232 REGISTER',
  '-1 BYE',
  '+1 BYE',
  '0x1 BYE',
  '1e1 BYE',
  '1.0 BYE',
  '1 B YE',
  '1 B\0YE',
]) {
  test(`${JSON.stringify(text)} is no CSeq (§25.1)`, () => {
    expect(() => parseCSeq(text)).toThrow(
      expect.objectContaining({ code: 'SIPW_ERR_MALFORMED_HEADER' }),
    )
  })
}
