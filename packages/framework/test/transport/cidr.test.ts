import { expect, test } from '@jest/globals'
import { CidrList, CidrMap, parseCidr } from '#src/transport/cidr.js'

test('the longest block that covers an address decides, whatever the order of the list', () => {
  const zones = new CidrMap<string>()
    .set('10.1.2.3', 'host')
    .set('0.0.0.0/0', 'everything')
    .set('10.0.0.0/8', 'inside')
    .set('10.1.0.0/16', 'branch')
    .set('2001:db8::/32', 'six')
    .set('2001:db8:0:1::/64', 'six, branch')
  expect(zones.size).toBe(6)
  const of = (address: string) => zones.match(address)
  expect(of('10.1.2.3')).toBe('host')
  expect(of('10.1.2.4')).toBe('branch')
  expect(of('10.2.0.0')).toBe('inside')
  expect(of('11.0.0.0')).toBe('everything')
  expect(of('2001:db8::1')).toBe('six')
  expect(of('2001:db8:0:1:ffff::')).toBe('six, branch')
  expect(of('2001:db9::')).toBeUndefined()
})

test('a second value for the same block replaces the first; bits behind the prefix do not matter', () => {
  const zones = new CidrMap<number>().set('192.0.2.0/24', 1).set('192.0.2.77/24', 2)
  expect([zones.size, zones.match('192.0.2.1')]).toEqual([1, 2])
})

test('an IPv4-mapped IPv6 address is its IPv4 address', () => {
  const list = new CidrList(['192.0.2.0/24'])
  expect(list.has('::ffff:192.0.2.9')).toBe(true)
  expect(list.has('::ffff:192.0.3.9')).toBe(false)
})

test('what is no address is covered by nothing', () => {
  const list = new CidrList(['0.0.0.0/0', '::/0'])
  expect(['', 'example.com', '1.2.3'].filter((text) => list.has(text))).toEqual([])
})

test('agrees with a plain comparison of bits on ten thousand pairs', () => {
  let seed = 7
  const draw = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
  const blocks = Array.from({ length: 500 }, () => ({ base: draw(2 ** 31), bits: draw(33) }))
  const dotted = (n: number) => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255].join('.')
  const map = new CidrMap<number>()
  for (const { base, bits } of blocks) map.set(`${dotted(base)}/${bits}`, bits)
  for (let round = 0; round < 10_000; round++) {
    const address = draw(2 ** 31)
    const covering = blocks
      .filter(({ base, bits }) => bits === 0 || (base ^ address) >>> (32 - bits) === 0)
      .map(({ bits }) => bits)
    const longest = covering.length === 0 ? undefined : Math.max(...covering)
    expect(map.match(dotted(address))).toBe(longest)
  }
})

test('agrees with a plain comparison of bits on IPv6, where blocks lie within each other', () => {
  let seed = 11
  const draw = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
  const groups = () => Array.from({ length: 8 }, (_, place) => (place < 2 ? 0x2001 : draw(4)))
  const text = (address: readonly number[]) => address.map((group) => group.toString(16)).join(':')
  const binary = (address: readonly number[]) =>
    address.map((group) => group.toString(2).padStart(16, '0')).join('')
  const blocks = Array.from({ length: 400 }, () => ({ base: groups(), bits: 20 + draw(109) }))
  const map = new CidrMap<number>()
  for (const { base, bits } of blocks) map.set(`${text(base)}/${bits}`, bits)
  for (let round = 0; round < 4_000; round++) {
    const address = groups()
    const covering = blocks
      .filter(({ base, bits }) => binary(base).slice(0, bits) === binary(address).slice(0, bits))
      .map(({ bits }) => bits)
    const longest = covering.length === 0 ? undefined : Math.max(...covering)
    expect(map.match(text(address))).toBe(longest)
  }
})

test.each([
  '',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/-1',
  '10.0.0/8',
  '::/129',
  'a/8',
  '1.2.3.4/8/8',
])('"%s" is refused', (text) => {
  expect(() => parseCidr(text)).toThrow(`not an address or CIDR block: ${text}`)
})
