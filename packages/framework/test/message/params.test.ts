import { expect, test } from '@jest/globals'
import { parseParams } from '#src/message/params.js'

test('names are made small, flags have no value, quotes are removed (§25.1 generic-param)', () => {
  expect([...parseParams(';LR ; Transport = tcp;x="a;b\\"c";host=[2001:db8::1]')]).toEqual([
    ['lr', undefined],
    ['transport', 'tcp'],
    ['x', 'a;b"c'],
    ['host', '[2001:db8::1]'],
  ])
})

test('no parameters are an empty list', () => {
  expect(parseParams('').size).toBe(0)
  expect(parseParams('  ').size).toBe(0)
})

test('of two parameters of one name the first counts, and __proto__ is a name like others', () => {
  const params = parseParams(';a=1;A=2;__proto__=3;constructor')
  expect(params.get('a')).toBe('1')
  expect(params.get('__proto__')).toBe('3')
  expect(params.has('toString')).toBe(false)
})

for (const text of [
  ';',
  ';;a',
  'a',
  ';a=',
  ';=b',
  ';a b',
  ';a="b',
  ';a="b"c',
  ';a=b,c',
  ';a=<b>',
  ';a=b"c"',
]) {
  test(`${JSON.stringify(text)} is no list of parameters (§25.1)`, () => {
    expect(() => parseParams(text, 'Via')).toThrow(
      expect.objectContaining({ code: 'SIPW_ERR_MALFORMED_HEADER' }),
    )
  })
}
