import { expect, test } from '@jest/globals'
import {
  formatListen,
  isHostName,
  isNetwork,
  parseHostPort,
  parseListen,
} from '#src/config/address.js'

test('a listener is transport, address and port, IPv6 in brackets', () => {
  expect(parseListen('udp:127.0.0.1:5060')).toEqual({
    transport: 'udp',
    address: '127.0.0.1',
    port: 5060,
  })
  expect(parseListen('TCP:[::1]:0')).toEqual({ transport: 'tcp', address: '::1', port: 0 })
})

test.each(['udp', 'tcp', 'tls', 'ws', 'wss'])('%s is a transport', (transport) => {
  expect(parseListen(`${transport.toUpperCase()}:127.0.0.1:5061`)).toEqual({
    ...{ transport, address: '127.0.0.1', port: 5061 },
  })
})

test.each([
  '127.0.0.1:5060',
  'udp:127.0.0.1',
  'udp:localhost:5060',
  'udp:::1:5060',
  'udp:127.0.0.1:65536',
  'sctp:127.0.0.1:5060',
  '',
])('%j is no listener', (text) => {
  expect(parseListen(text)).toHaveProperty('expected')
})

test.each([
  ['203.0.113.7:5060', { host: '203.0.113.7', port: 5060 }],
  ['edge.example.com', { host: 'edge.example.com', port: undefined }],
  ['[2001:db8::1]:5070', { host: '2001:db8::1', port: 5070 }],
  ['[2001:db8::1]', { host: '2001:db8::1', port: undefined }],
  ['2001:db8::1', undefined],
  ['host:', undefined],
  ['[host]:1', undefined],
  ['bad_host', undefined],
])('host and port of %s', (text, expected) => {
  expect(parseHostPort(text)).toEqual(expected)
})

test.each([
  ['10.0.0.0/8', true],
  ['2001:db8::/32', true],
  ['192.0.2.1', true],
  ['10.0.0.0/33', false],
  ['2001:db8::/129', false],
  ['10.0.0.0/8/8', false],
  ['example.com', false],
  ['10.0.0.0/', false],
])('%s is a network: %s', (text, expected) => {
  expect(isNetwork(text)).toBe(expected)
})

test('a host name is decided in linear time', () => {
  expect(isHostName('sip.example.com')).toBe(true)
  expect(isHostName('-a.example')).toBe(false)
  expect(isHostName(`${'a-'.repeat(120)}!`)).toBe(false)
  expect(isHostName('a'.repeat(300))).toBe(false)
})

test('an address is written as it is configured', () => {
  expect(formatListen('UDP', '::1', 5060)).toBe('udp:[::1]:5060')
  expect(formatListen('tcp', '10.0.0.1', 5062)).toBe('tcp:10.0.0.1:5062')
})
