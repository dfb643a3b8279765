import { expect, test } from '@jest/globals'
import { InsideHosts } from '#src/inside-hosts.js'
import { disguise, inside } from './disguise.js'

test.each([
  ['10.0.0.11', true],
  ['198.51.100.7', false],
  ['2001:db8:10::1', true],
  ['2001:DB8:0010:0::1', true],
  ['fs1.internal', true],
  ['fs1.notinternal', false],
  ['internal', false],
  ['pbx', true],
])('inside is who is in the zone or has such a name: %s: %s', (host, is) => {
  expect(inside.has(host)).toBe(is)
})

test.each([
  ['<sip:1000@10.0.0.11:5060;ob>', '<sip:1000@203.0.113.1;ob>'],
  ['"10.0.0.11" <sip:1000@198.51.100.7>', '"203.0.113.1" <sip:1000@198.51.100.7>'],
  ['abc-10.0.0.11', 'abc-203.0.113.1'],
  ['abc%4010.0.0.11%3Bto-tag%3Dx', 'abc%40203.0.113.1%3Bto-tag%3Dx'],
  ['10.0.0.11, 10.0.0.12:5070', '203.0.113.1, 203.0.113.1'],
  ['at 10.0.0.11:5060.', 'at 203.0.113.1.'],
  ['sip:[2001:db8:10::1]:5060', 'sip:203.0.113.1'],
  ['from 2001:db8:10::1 it came', 'from 203.0.113.1 it came'],
  ['http://fs1.internal:8080/x.wav', 'http://203.0.113.1/x.wav'],
  ['sip:pbx@pbx', 'sip:pbx@203.0.113.1'],
  ['sip:FS1.Internal', 'sip:203.0.113.1'],
])('every form of a hidden host becomes ours, its port with it: %s', (text, masked) => {
  expect(disguise().mask(text)).toBe(masked)
})

test.each([
  'sip:bob@198.51.100.7:5060',
  '1.10.0.0.11',
  '10.0.0.11.5',
  'FreeSWITCH 1.10.9 at 12:30:45',
  'pbx-2.example.com',
  'fs1.internal.example.com',
  '[::1]',
  '%3A%3A1',
])('what is no hidden host stays as it is: %s', (text) => {
  expect(disguise().mask(text)).toBe(text)
})

test('our port is told where it is not the usual one, and IPv6 stands in brackets', () => {
  expect(disguise({ advertisedPort: 5070 }).mask('10.0.0.11')).toBe('203.0.113.1:5070')
  expect(disguise({ advertisedHost: '2001:db8::1' }).mask('10.0.0.11')).toBe('[2001:db8::1]')
})

test('a host that a message gives away is hidden in all of it, by name or address', () => {
  const one = disguise()
  expect(one.isNamedIn('node=media-7')).toBe(false)
  one.learn('Media-7')
  one.learn('172.16.5.5')
  expect(one.mask('node=media-7; at 172.16.5.5')).toBe('node=203.0.113.1; at 203.0.113.1')
  expect(disguise().isNamedIn('node=media-7')).toBe(false)
})

test('a text of any length and shape is masked in little time', () => {
  const zone = new InsideHosts(() => undefined, ['*.internal'])
  expect(zone.hasNames).toBe(true)
  for (const piece of ['1.', '1:', 'a-', 'a.', ':', '%4', '10.0.0.', '[a:']) {
    const started = process.cpuUsage()
    disguise().mask(piece.repeat(16_000 / piece.length))
    const { user, system } = process.cpuUsage(started)
    expect(user + system).toBeLessThan(500_000)
  }
})
