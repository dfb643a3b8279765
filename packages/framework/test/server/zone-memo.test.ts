import { expect, test } from '@jest/globals'
import { ZoneMemo } from '#src/server/zone-memo.js'

const at = { port: 5060, transport: 'UDP' }

test('a party is known by address, port and transport; what belongs to no zone is remembered too', () => {
  const memo = new ZoneMemo()
  memo.put('192.0.2.1', at, 'inside')
  expect(memo.holds('192.0.2.1', at)).toBe(true)
  expect(memo.zone).toBe('inside')
  for (const other of [
    { ...at, port: 5061 },
    { ...at, transport: 'TCP' },
  ]) {
    expect(memo.holds('192.0.2.1', other)).toBe(false)
  }
  memo.put('192.0.2.2', at, undefined)
  expect(memo.holds('192.0.2.2', at)).toBe(true)
  expect(memo.zone).toBeUndefined()
})

test('nothing that was forgotten is held', () => {
  const memo = new ZoneMemo()
  memo.put('192.0.2.1', at, 'inside')
  memo.forget()
  expect(memo.holds('192.0.2.1', at)).toBe(false)
})

test('any number of parties takes no more than its places, and each is told its own zone or none', () => {
  const memo = new ZoneMemo()
  for (let n = 0; n < 5_000; n++) memo.put(`10.0.${n >> 8}.${n & 255}`, at, `zone ${n}`)
  let held = 0
  for (let n = 0; n < 5_000; n++) {
    if (!memo.holds(`10.0.${n >> 8}.${n & 255}`, at)) continue
    held++
    expect(memo.zone).toBe(`zone ${n}`)
  }
  expect(held).toBeGreaterThan(500)
  expect(held).toBeLessThanOrEqual(1_024)
})
