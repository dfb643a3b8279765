import { expect, test } from '@jest/globals'
import { Zones } from '#src/server/zones.js'

test('an address belongs to the zone with the smallest block that holds it', () => {
  const zones = new Zones({ inside: ['10.0.0.0/8', '2001:db8::/32'], lab: ['10.9.0.0/16'] })
  expect(
    ['10.1.2.3', '10.9.2.3', '2001:db8::1', '192.0.2.1'].map((each) => zones.of(each)),
  ).toEqual(['inside', 'lab', 'inside', undefined])
})

test('an IPv4 address written as IPv6 belongs where it would as IPv4 (RFC 5118 §4.9)', () => {
  expect(new Zones({ inside: ['10.0.0.0/8'] }).of('::ffff:10.1.2.3')).toBe('inside')
})

test('a faulty block is refused by name', () => {
  expect(() => new Zones({ inside: ['10.0.0.0/33'] })).toThrow(
    expect.objectContaining({
      code: 'SIPW_ERR_CIDR',
      message: expect.stringContaining('10.0.0.0/33'),
    }),
  )
})

test('what no block holds is looked up; the first answer counts', () => {
  const zones = new Zones({ lab: ['10.9.0.0/16'] })
  zones.add((address) => (address === '10.9.0.1' || address === '10.1.0.1' ? 'inside' : undefined))
  zones.add(() => 'carriers')
  expect(['10.9.0.1', '10.1.0.1', '192.0.2.1'].map((each) => zones.of(each))).toEqual([
    ...['lab', 'inside', 'carriers'],
  ])
})

test('what was looked up for a party is remembered until whoever told it says that it has changed', () => {
  const zones = new Zones()
  const at = { port: 5060, transport: 'UDP' }
  let zone: string | undefined = undefined
  let asked = 0
  const changed = zones.add(() => {
    asked++
    return zone
  })
  expect([zones.of('10.0.0.1', at), zones.of('10.0.0.1', at)]).toEqual([undefined, undefined])
  expect(asked).toBe(1)
  zone = 'inside'
  changed()
  expect(zones.of('10.0.0.1', at)).toBe('inside')
})
