import { expect, test } from '@jest/globals'
import { formatUri, isSipUri, parseUri, sameUri } from '#src/message/uri.js'

test('a SIP URI is read: user, password, host, port, parameters and headers (§19.1.1)', () => {
  const uri = parseUri(
    'sips:alice:secret%21@Atlanta.COM:5061;Transport=tcp;lr?subject=x&priority=y',
  )
  expect(uri).toMatchObject({
    scheme: 'sips',
    user: 'alice',
    password: 'secret%21',
    host: 'atlanta.com',
    port: 5061,
    headers: 'subject=x&priority=y',
  })
  expect(isSipUri(uri) && [...uri.params]).toEqual([
    ['transport', 'tcp'],
    ['lr', undefined],
  ])
})

test('the host alone makes a URI, and IPv6 stands in brackets (§19.1.1)', () => {
  expect(parseUri('SIP:registrar.biloxi.com')).toMatchObject({ scheme: 'sip', user: undefined })
  expect(parseUri('sip:[2001:db8::10]:5070')).toMatchObject({ host: '2001:db8::10', port: 5070 })
})

test('a question mark or semicolon before the at sign is the user’s (§19.1.1)', () => {
  expect(parseUri('sip:a?b;c=d/e@h?x=y')).toMatchObject({ user: 'a?b;c=d/e', headers: 'x=y' })
})

test('a URI of another scheme is kept as its text', () => {
  expect(parseUri('tel:+1-201-555-0123')).toEqual({ scheme: 'tel', rest: '+1-201-555-0123' })
  expect(parseUri('soap.beep://192.0.2.103:3002')).toMatchObject({ scheme: 'soap.beep' })
})

for (const text of [
  '',
  'sip',
  'sip:',
  ':a',
  '1a:b',
  'sip:@host',
  'sip::pw@host',
  'sip:a@',
  'sip:a@b@c',
  'sip:2001:db8::10',
  'sip:[2001:db8::10',
  'sip:[nonsense]',
  'sip:[]',
  'sip:h:',
  'sip:h:0',
  'sip:h:65536',
  'sip:h:5060x',
  'sip:h;',
  'sip:h;;lr',
  'sip:h;=x',
  'sip:h;x=',
  'sip:h/path',
  '<sip:h>',
  'sip:a b@h',
  'sip:a\r\n@h',
  'sip:a\0@h',
  'sip:"a"@h',
  'sip:\xe4@h',
]) {
  test(`${JSON.stringify(text)} is no URI (§25.1)`, () => {
    expect(() => parseUri(text)).toThrow(
      expect.objectContaining({ code: 'SIPW_ERR_MALFORMED_URI', status: 400 }),
    )
  })
}

for (const text of [
  'sip:alice@atlanta.com',
  'sips:alice:pw@atlanta.com:5061;transport=tcp;lr?subject=x',
  'sip:[2001:db8::1]:5060;maddr=239.255.255.1',
]) {
  test(`${text} is written as it was read (§19.1.1)`, () => {
    const uri = parseUri(text)
    expect(isSipUri(uri) && formatUri(uri)).toBe(text)
  })
}

// The examples of §19.1.4.
for (const [a, b] of [
  ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
  ['sip:carol@chicago.com;newparam=5', 'sip:carol@chicago.com;security=on'],
  [
    'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
    'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
  ],
  [
    'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
    'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
  ],
  ['sip:a@h?%53ubject=%41%2f%zz&y=%', 'sip:a@h?y=%&subject=A%2F%zz'],
  ['tel:+1-201-555-0123;a=1;b', 'TEL:+12015550123;B;a=1'],
  ['urn:service:sos', 'urn:service:sos'],
] as const) {
  test(`${a} and ${b} are the same (§19.1.4)`, () => {
    expect(sameUri(parseUri(a), parseUri(b))).toBe(true)
    expect(sameUri(parseUri(b), parseUri(a))).toBe(true)
  })
}

for (const [a, b] of [
  ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
  ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
  ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
  ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
  ['sip:carol@chicago.com;security=on', 'sip:carol@chicago.com;security=off'],
  ['sip:a@h', 'sips:a@h'],
  ['sip:a%2Fb@h', 'sip:a/b@h'],
  ['sip:a:b@h', 'sip:a@h'],
  ['sip:a@h?x=1', 'sip:a@h?x=1&y=2'],
  ['sip:a@h?x=%26y=2', 'sip:a@h?x=&y=2'],
  ['tel:+1', 'sip:+1@h'],
  ['tel:+1', 'tel:+2'],
] as const) {
  test(`${a} and ${b} differ (§19.1.4)`, () => {
    expect(sameUri(parseUri(a), parseUri(b))).toBe(false)
    expect(sameUri(parseUri(b), parseUri(a))).toBe(false)
  })
}
