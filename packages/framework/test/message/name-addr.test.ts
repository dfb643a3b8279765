import { expect, test } from '@jest/globals'
import { parseNameAddr } from '#src/message/name-addr.js'

test('a value is read: display name, URI, header parameters (§20.10)', () => {
  const value = parseNameAddr('"Bob \\"B\\"" <sip:bob@biloxi.com;lr?x=y> ;Tag=a6c85cf;q=0.5', 'To')
  expect(value).toMatchObject({
    displayName: 'Bob "B"',
    uri: 'sip:bob@biloxi.com;lr?x=y',
    tag: 'a6c85cf',
    bracketed: true,
  })
  expect([...value.params]).toEqual([
    ['tag', 'a6c85cf'],
    ['q', '0.5'],
  ])
})

test('without brackets what follows a semicolon belongs to the header, not to the URI (§20.10)', () => {
  const value = parseNameAddr(' sip:+12125551212@phone2net.com ;tag=887s', 'From')
  expect(value).toMatchObject({
    uri: 'sip:+12125551212@phone2net.com',
    tag: '887s',
    bracketed: false,
  })
  expect(value.displayName).toBeUndefined()
})

test.each([
  '<sip:a@b>',
  '<sips:a@b;lr;dlg=1.2>',
  '<sip:a@b?x=y>;tag=a6c',
  "<sip:a@b>;tag=-.!%*_+`'~",
])('the usual way to write a value, %s, is read as any other is (§25.1)', (text) => {
  const { uri, tag, displayName, bracketed, params } = parseNameAddr(text, 'To')
  const spaced = parseNameAddr(text.replace('>', '> '), 'To')
  expect({ uri, tag, displayName, bracketed, params: [...params] }).toEqual({
    ...{ uri: spaced.uri, tag: spaced.tag, displayName: spaced.displayName },
    ...{ bracketed: spaced.bracketed, params: [...spaced.params] },
  })
  const within = parseNameAddr(`x,${text},<sip:c@d>`, 'To', 2, 2 + text.length)
  expect([within.uri, within.tag]).toEqual([uri, tag])
})

for (const [text, displayName] of [
  ['caller<sip:a@b>', 'caller'],
  ['A. Bell <sip:a@b>', 'A. Bell'],
  ['Bell (work) @home <sip:a@b>', 'Bell (work) @home'],
  ['"" <sip:a@b>', ''],
  ['<sip:a@b>', undefined],
  ['\xfc\xdf <sip:a@b>', '\xfc\xdf'],
] as const) {
  test(`${text} has the display name ${JSON.stringify(displayName)} (§25.1)`, () => {
    expect(parseNameAddr(text, 'From').displayName).toBe(displayName)
  })
}

for (const text of [
  '',
  '<>',
  '<sip:a@b',
  'sip:a@b>',
  '"Bob <sip:a@b>',
  '"Bob" sip:a@b',
  'Bell, A <sip:a@b>',
  'Bell; A <sip:a@b>',
  '< sip:a@b >',
  '<sip:a @b>',
  '<sip:"a"@b>',
  '<<sip:a@b>>',
  'sip:a@b?x=y',
  'sip:a,b@c',
  'sip:a b@c',
  'bob',
  '<bob>',
  '<sip:>',
  '<sip:a@b>x',
  '<sip:a@b>;',
  '<sip:a@b>;tag',
  '<sip:a@b>;tag=',
  '<sip:a@b>;tag=1;tag=2',
  '<sip:a@b\0>',
]) {
  test(`${JSON.stringify(text)} is refused with the header’s name (§25.1)`, () => {
    expect(() => parseNameAddr(text, 'To')).toThrow(
      expect.objectContaining({
        code: 'SIPW_ERR_MALFORMED_HEADER',
        message: `malformed To header: ${text}`,
      }),
    )
  })
}
