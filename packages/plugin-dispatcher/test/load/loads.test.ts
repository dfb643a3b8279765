import { expect, test } from '@jest/globals'
import { Loads } from '#src/load/loads.js'

test('marks say nothing of set and id to who lacks the secret, and differ', () => {
  const loads = new Loads('s')
  const [a, b] = [loads.of('1', 'a'), loads.of('1', 'b')]
  expect(a.mark).toMatch(/^[0-9a-f]{16}$/)
  expect(a.mark).not.toBe(b.mark)
  expect(new Loads('s').of('1', 'a').mark).toBe(a.mark)
  expect(new Loads('t').of('1', 'a').mark).not.toBe(a.mark)
  expect(loads.marked(b.mark)).toBe(b)
  expect(loads.marked('0123456789abcdef')).toBeUndefined()
})

test('a destination that goes is remembered while it has calls', () => {
  const loads = new Loads('s')
  const [a, b] = [loads.of('1', 'a'), loads.of('1', 'b')]
  a.calls = 1
  loads.keepOnly(new Set())
  expect([loads.of('1', 'a') === a, loads.marked(a.mark) === a]).toEqual([true, true])
  expect(loads.marked(b.mark)).toBeUndefined()
  expect(loads.of('1', 'b')).not.toBe(b)
  a.calls = 0
  loads.keepOnly(new Set())
  expect(loads.of('1', 'a')).not.toBe(a)
})
