import { expect, test } from '@jest/globals'
import {
  excerpt,
  hexDigit,
  hostEnd,
  hostText,
  isToken,
  quotedEnd,
  readNumber,
  unquote,
} from '#src/message/grammar.js'

const number = (text: string, max = 0x7fff_ffff) => readNumber(text, 0, text.length, max)

test('a number is digits and nothing else, up to its limit (§25.1 1*DIGIT)', () => {
  expect(number('0')).toBe(0)
  expect(number('000070')).toBe(70)
  expect(number('2147483647')).toBe(2_147_483_647)
  for (const text of [
    '',
    ' ',
    '1 ',
    '-1',
    '+1',
    '0x10',
    '1e1',
    '1.5',
    '1_0',
    'Infinity',
    '\u0661',
  ]) {
    expect(number(text)).toBe(-1)
  }
  expect(number('2147483648')).toBe(-1)
  expect(number('9'.repeat(10_000))).toBe(-1)
})

test('a token is what the ABNF lists, and no character beyond latin1 is like one (§25.1 token)', () => {
  const tokens = Array.from({ length: 0x300 }, (_, code) => code).filter(isToken)
  expect(String.fromCharCode(...tokens)).toBe(
    "!%'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_`abcdefghijklmnopqrstuvwxyz~",
  )
})

test('a quoted string ends at the first quote that no backslash escapes (§25.1 quoted-string)', () => {
  const text = '"a\\"b\\\\" c"'
  const end = quotedEnd(text, 0, text.length)
  expect(end).toBe(8)
  expect(unquote(text, 0, end)).toBe('a"b\\')
  expect(quotedEnd('"abc\\"', 0, 6)).toBe(-1)
})

test('a host is a name, an IPv4 address, or an IPv6 address in brackets (§25.1 host)', () => {
  const host = (text: string) => {
    const end = hostEnd(text, 0, text.length)
    return end < 0 ? undefined : hostText(text, 0, end)
  }
  expect(host('Atlanta.COM:5060')).toBe('atlanta.com')
  expect(host('192.0.2.1;x')).toBe('192.0.2.1')
  expect(host('[2001:DB8::1]:5060')).toBe('2001:db8::1')
  expect(host('[2001:db8:::192.0.2.1]')).toBe('2001:db8::192.0.2.1')
  for (const text of ['', '[', '[]', '[12]', '[::1', `[${':'.repeat(60)}]`, ':1', '/']) {
    expect(host(text)).toBeUndefined()
  }
})

test.each([
  '::',
  '::1',
  '1::',
  '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:1.2.3.4',
  '::ffff:1.2.3.4',
  'fe80::1',
])('an IPv6 address: %s (RFC 4291 §2.2)', (address) => {
  expect(hostEnd(`[${address}]`, 0, address.length + 2)).toBe(address.length + 2)
})

test.each([
  ...[':', '1', '1:', ':1', '1::2::3', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7::8'],
  ...['12345::', '::1.2.3', '::1.2.3.256', '1.2.3.4', '::1.2.3.4:5', '::::', '1::::2', '::..'],
])('no IPv6 address: %s', (address) => {
  expect(hostEnd(`[${address}]`, 0, address.length + 2)).toBe(-1)
})

test('an error quotes the beginning of what a stranger wrote', () => {
  expect(excerpt('short')).toBe('short')
  expect(excerpt('x'.repeat(9_000))).toHaveLength(103)
})

test('a hexadecimal digit has a value in either case, and nothing else has one (§25.1)', () => {
  const values = Array.from('09afAF').map((digit) => hexDigit(digit.charCodeAt(0)))
  expect(values).toEqual([0, 9, 10, 15, 10, 15])
  for (const other of '/:@G`g ') expect(hexDigit(other.charCodeAt(0))).toBe(-1)
  expect(hexDigit(''.charCodeAt(0))).toBe(-1)
})
