import { expect, test } from '@jest/globals'
import { hop } from '#src/message/flow.js'
import { within } from '#src/server/reach.js'
import { Zones } from '#src/server/zones.js'

const zones = new Zones({ inside: ['10.0.1.0/24', 'fd00:1::/64'] })

function reached(from: string, ...addresses: string[]): readonly string[] {
  const hops = addresses.map((address) => hop('UDP', address, 5060))
  return within(hops, from, zones).map(({ address }) => address)
}

test.each([
  ...[
    '10.0.2.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '0.0.0.0',
  ],
  ...['::1', '::', 'fd00:2::1', 'fe80::1', '::ffff:10.0.2.1'],
])('a stranger does not send to %s (RFC 6890, security.md §3 row 19)', (address) => {
  expect(reached('public', address)).toEqual([])
})

test('a stranger sends to the Internet, and into networks that are zones', () => {
  const allowed = ['192.0.2.1', '10.0.1.7', '2001:db8::1', 'fd00:1::7']
  expect(reached('public', ...allowed, '10.0.2.1')).toEqual(allowed)
})

test('who is in a zone sends anywhere', () => {
  expect(reached('inside', '10.0.2.1', '127.0.0.1')).toEqual(['10.0.2.1', '127.0.0.1'])
})
