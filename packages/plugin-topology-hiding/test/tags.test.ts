import { expect, test } from '@jest/globals'
import { mapTag, maskAddress } from '#src/tags.js'

const upper = (text: string): string => text.toUpperCase()

test.each([
  ['"tag=x" <sip:a@b;tag=y>;tag=abc;x=1', '"tag=x" <sip:a@b;tag=y>;tag=ABC;x=1'],
  ['sip:a@b;x=1;tag=abc', 'sip:a@b;x=1;tag=ABC'],
  ['<sip:a@b> ; TAG = abc', '<sip:a@b> ; TAG = ABC'],
  ['<sip:a@b>', '<sip:a@b>'],
  ['sip:a@b', 'sip:a@b'],
])('the tag is the parameter of the header: %s', (value, mapped) => {
  expect(mapTag(value, upper)).toBe(mapped)
})

test('all but the tag is masked', () => {
  expect(maskAddress('"bob" <sip:a@b>;tag=abc;x=y', upper)).toBe('"BOB" <SIP:A@B>;TAG=abc;X=Y')
  expect(maskAddress('sip:a@b;tag=abc', upper)).toBe('SIP:A@B;TAG=abc')
  expect(maskAddress('<sip:a@b>', upper)).toBe('<SIP:A@B>')
})
