import { expect, test } from '@jest/globals'
import { type Flow, type ZonePort } from '@sipwright/framework'
import { Trust } from '#src/trust.js'
import { from } from './rig.js'

function trusting() {
  let asked = 0
  const zoneOf = (address: string, at?: ZonePort): string | undefined => {
    asked++
    return address.startsWith('10.') || (address === '127.0.0.2' && at?.port === 5071)
      ? 'inside'
      : undefined
  }
  const trust = new Trust({ zoneOf }, ['inside'], ['192.0.2.0/24'])
  return { trust, asked: () => asked }
}

function at(address: string, port: number): Flow {
  return { ...from(address), remotePort: port }
}

test('who is trusted is remembered for ten seconds, whatever port he sends from', () => {
  const { trust, asked } = trusting()
  expect(trust.isKnown(at('10.0.0.1', 5060), 0)).toBe(false)
  expect(trust.includes(at('10.0.0.1', 5060), 0)).toBe(true)
  expect(trust.isKnown(at('10.0.0.1', 40_000), 9_999)).toBe(true)
  expect(trust.isKnown(at('10.0.0.1', 5060), 10_000)).toBe(false)
  expect(trust.includes(at('192.0.2.7', 1), 0)).toBe(true)
  expect(trust.includes(at('198.51.100.1', 5060), 0)).toBe(false)
  expect(asked()).toBe(3)
})

test('on this machine a backend is known by address, port and transport together', () => {
  const { trust } = trusting()
  const backend = at('127.0.0.2', 5071)
  expect(trust.includes(backend, 0)).toBe(true)
  expect(trust.isKnown(backend, 1)).toBe(true)
  expect(trust.isKnown(at('127.0.0.2', 5072), 1)).toBe(false)
  expect(trust.isKnown(at('127.0.0.1', 5071), 1)).toBe(false)
  const local = { ...backend.local, transport: 'TCP' }
  expect(trust.isKnown({ ...backend, local }, 1)).toBe(false)
})

test('it remembers a thousand and no more', () => {
  const { trust, asked } = trusting()
  for (let host = 0; host < 3_000; host++) {
    trust.includes(at(`10.0.${host >> 8}.${host & 255}`, 5060), 0)
  }
  expect(trust.isKnown(at('10.0.0.0', 5060), 1)).toBe(false)
  expect(trust.isKnown(at('10.0.11.183', 5060), 1)).toBe(true)
  expect(asked()).toBe(3_000)
})
