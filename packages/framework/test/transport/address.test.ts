import { expect, test } from '@jest/globals'
import {
  familyOf,
  formatEndpoint,
  isNumericAddress,
  isUnicast,
  normalizeAddress,
  parseListenAddress,
} from '#src/transport/address.js'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:0DB8:0:0:0:0:0:0001', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['1:0:0:0:0:0:0:0', '1::'],
  ['FE80::1%eth0', 'fe80::1%eth0'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:0201', '192.0.2.1'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['example.com', 'example.com'],
  ['not:an:address', 'not:an:address'],
])('%s is written %s (RFC 5952 §4)', (address, normal) => {
  expect(normalizeAddress(address)).toBe(normal)
})

test('numeric addresses need no DNS; names and bracketed addresses are none', () => {
  expect(['10.0.0.1', '::1', '2001:db8::1'].map(isNumericAddress)).toEqual([true, true, true])
  const others = ['', 'a.b', '10.0.0', '10.0.0.256', '010.0.0.1', '[::1]', '0x7f.1', '::1::']
  expect(others.filter(isNumericAddress)).toEqual([])
})

test('families and endpoints are written as operators read them', () => {
  expect([familyOf('10.0.0.1'), familyOf('::1')]).toEqual([4, 6])
  expect(formatEndpoint('10.0.0.1', 5060)).toBe('10.0.0.1:5060')
  expect(formatEndpoint('::1', 5060)).toBe('[::1]:5060')
})

test('nothing is sent to the unspecified address, to multicast or to broadcast (RFC 4475 §3.3.10)', () => {
  const none = ['0.0.0.0', '0.1.2.3', '224.0.1.75', '239.1.1.1', '255.255.255.255', '::', 'ff02::1']
  expect(none.filter(isUnicast)).toEqual([])
  const some = ['10.0.0.1', '127.0.0.1', '223.255.255.255', '::1', 'fe80::1', '2001:db8::1']
  expect(some.filter(isUnicast)).toEqual(some)
})

test('a listening address is transport, numeric address and port', () => {
  expect(parseListenAddress('udp:127.0.0.1:5060')).toEqual({
    transport: 'UDP',
    address: '127.0.0.1',
    port: 5060,
  })
  expect(parseListenAddress('tcp:[0:0::1]:0')).toEqual({
    transport: 'TCP',
    address: '::1',
    port: 0,
  })
})

test.each([
  ['', 'transport:address:port'],
  ['5060', 'transport:address:port'],
  ['udp:5060', 'transport:address:port'],
  ['127.0.0.1:5060', 'transport:address:port'],
  ['udp:localhost:5060', 'a numeric address'],
  ['udp::1:5060', 'a numeric address'],
  ['udp:2001:db8::1:5060', 'IPv6 in brackets'],
  ['udp:[127.0.0.1]:5060', 'IPv6 in brackets'],
  ['udp:127.0.0.1:', 'a port from 0 to 65535'],
  ['udp:127.0.0.1:65536', 'a port from 0 to 65535'],
  ['udp:127.0.0.1:0x50', 'a port from 0 to 65535'],
])('the listening address "%s" is refused, saying that %s was expected', (text, expected) => {
  expect(() => parseListenAddress(text)).toThrow(`listening address ${text}: expected ${expected}`)
})
