import { expect, test } from '@jest/globals'
import { type Via } from '@sipwright/framework'
import { invite } from '@sipwright/framework/testing'
import {
  isExemptFromOverload,
  Overload,
  overloadReportIn,
  type OverloadReport,
} from '#src/load/overload.js'

function reported(report: OverloadReport, now = 0): Overload {
  const overload = new Overload()
  expect(overload.report(report, now)).toBe(true)
  return overload
}

test.each([0, 1, 30, 50, 99, 100])('%i % are %i of every hundred, evenly', (rate) => {
  const overload = reported({ rate })
  for (let round = 0; round < 3; round++) {
    const shed = Array.from({ length: 100 }, () => overload.sheds(1)).filter(Boolean)
    expect(shed).toHaveLength(rate)
  }
  expect(overload.shed).toBe(3 * rate)
})

test('it holds for half a second unless it says for how long; 0 ends it (RFC 7339 §4.3)', () => {
  expect([499, 500].map((now) => reported({ rate: 30 }).rateAt(now))).toEqual([30, 0])
  expect(
    [1_999, 2_000].map((now) => reported({ rate: 30, validityMs: 2_000 }).rateAt(now)),
  ).toEqual([30, 0])
  const overload = reported({ rate: 30, seq: 1 })
  overload.report({ rate: 30, validityMs: 0, seq: 2 }, 1)
  expect(overload.rateAt(1)).toBe(0)
  expect(reported({ rate: 30, validityMs: 999_999_999 }).rateAt(3_600_000)).toBe(0)
})

test('only a later word counts (RFC 7339 §4.4); nobody’s word is on its way for more than 32 s', () => {
  const overload = reported({ rate: 30, seq: 2, validityMs: 60_000 })
  expect(overload.report({ rate: 90, seq: 1.9 }, 1)).toBe(false)
  expect(overload.report({ rate: 90, seq: 2 }, 1)).toBe(false)
  expect(overload.rateAt(1)).toBe(30)
  expect(overload.report({ rate: 40, seq: 2.1 }, 1)).toBe(true)
  expect(overload.report({ rate: 10, seq: 1 }, 32_000)).toBe(false)
  expect(overload.report({ rate: 10, seq: 1 }, 32_001)).toBe(true)
})

test('an operator’s word needs no number, and is kept within 0 to 100', () => {
  const overload = reported({ rate: 30, seq: 7 })
  expect(overload.report({ rate: 400 }, 1)).toBe(true)
  expect(overload.rateAt(1)).toBe(100)
  expect(overload.report({ rate: -1 }, 1)).toBe(true)
  expect(overload.rateAt(1)).toBe(0)
  expect(overload.report({ rate: 1, seq: 7 }, 1)).toBe(false)
})

test.each([
  ['oc=30;oc-algo="loss";oc-validity=700;oc-seq=2.0', { rate: 30, validityMs: 700, seq: 2 }],
  ['oc=0;oc-seq=1282321615.782', { rate: 0, seq: 1_282_321_615.782 }],
  ['OC=5;oc-algo=LOSS;oc-seq=3', { rate: 5, seq: 3 }],
])('%s is heard', (params, report) => {
  expect(overloadReportIn(viaWith(params))).toEqual(report)
})

test.each([
  ['our own, which it does not understand', 'oc;oc-algo="loss"'],
  ['another algorithm', 'oc=30;oc-algo="rate";oc-seq=1.0'],
  ['more than all', 'oc=101;oc-algo="loss";oc-seq=1.0'],
  ['no number', 'oc=-3;oc-algo="loss";oc-seq=1.0'],
  ['out of no order', 'oc=30;oc-algo="loss"'],
  ['an order that is none', 'oc=30;oc-algo="loss";oc-seq=now'],
])('%s is not', (_, params) => {
  expect(overloadReportIn(viaWith(params))).toBeUndefined()
})

test('requests in dialogs, with priority and for help are kept from nobody (RFC 7339 §5.10.1)', () => {
  const exempt = (fields: Parameters<typeof invite>[0]) => isExemptFromOverload(invite(fields))
  expect(exempt({ toTag: 'callee' })).toBe(true)
  expect(exempt({ headers: { 'Resource-Priority': 'esnet.0' } })).toBe(true)
  expect(exempt({ uri: 'urn:service:sos' })).toBe(true)
  expect(exempt({ uri: 'urn:service:sos.fire' })).toBe(true)
  expect(exempt({ uri: 'urn:service:sosialamt' })).toBe(false)
  expect(exempt({})).toBe(false)
})

/** Our Via as a destination has sent it back. */
function viaWith(params: string): Via {
  return invite({ sentBy: `UDP 192.0.2.1;${params}` }).via
}
