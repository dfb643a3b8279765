import { expect, test } from '@jest/globals'
import { SipHeaders } from '#src/message/headers.js'
import { parseMessage } from '#src/message/parse.js'
import { isAnswerable, parseVia, stampSource } from '#src/message/via.js'

test('a Via value is read: transport, sent-by, branch and parameters (§20.42)', () => {
  const via = parseVia('SIP/2.0/UDP pc33.Atlanta.com:5066;branch=z9hG4bK776asdhds;rport;X="a;b"')
  expect(via).toMatchObject({
    transport: 'UDP',
    host: 'pc33.atlanta.com',
    port: 5066,
    branch: 'z9hG4bK776asdhds',
  })
  expect([...via.params]).toEqual([
    ['branch', 'z9hG4bK776asdhds'],
    ['rport', undefined],
    ['x', 'a;b'],
  ])
})

test.each([
  'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa',
  "SIP/2.0/TCP pc33.atlanta.com:5066;branch=z9hG4bK-.!%*_+`'~;rport",
  'SIP/2.0/TLS a_b:1;branch=z9hG4bKa;rport=65535',
])('the usual way to write a value, %s, is read as any other is (§25.1)', (text) => {
  const { transport, host, port, branch, params } = parseVia(text)
  const spaced = parseVia(text.replaceAll(';', ' ; '))
  expect({ transport, host, port, branch, params: [...params] }).toEqual({
    ...{ transport: spaced.transport, host: spaced.host, port: spaced.port },
    ...{ branch: spaced.branch, params: [...spaced.params] },
  })
  const within = parseVia(`x,${text},y`, 2, 2 + text.length)
  expect([within.host, within.port, within.branch]).toEqual([host, port, branch])
})

test.each(['0', '65536', '99999'])('port %s is none, however usual the rest is (§25.1)', (port) => {
  expect(() => parseVia(`SIP/2.0/UDP h:${port};branch=z9hG4bKa`)).toThrow('malformed Via')
})

test('white space may stand around slashes, colon, semicolon and equal sign (§25.1)', () => {
  const via = parseVia(' sip / 2.0\t/ tcp   [2001:DB8::1] : 5061 ; branch = z9hG4bKx ')
  expect(via).toMatchObject({
    transport: 'TCP',
    host: '2001:db8::1',
    port: 5061,
    branch: 'z9hG4bKx',
  })
})

for (const text of [
  '',
  'SIP/2.0/UDP',
  'SIP/2.0 UDP host',
  'SIP/2.0/UDPhost',
  'SIP/3.0/UDP host',
  'HTTP/2.0/UDP host',
  'SIP/2.0/UDP 2001:db8::1',
  'SIP/2.0/UDP [2001:db8::1',
  'SIP/2.0/UDP [1]',
  'SIP/2.0/UDP host:',
  'SIP/2.0/UDP host:0',
  'SIP/2.0/UDP host:65536',
  'SIP/2.0/UDP host:5060x',
  'SIP/2.0/UDP host:99999999999999999999',
  'SIP/2.0/UDP host;',
  'SIP/2.0/UDP host;;branch=x',
  'SIP/2.0/UDP host;branch',
  'SIP/2.0/UDP host;branch=',
  'SIP/2.0/UDP host;branch=a;branch=b',
  'SIP/2.0/UDP host;x="a',
  'SIP/2.0/UDP host branch=x',
  'SIP/2.0/UDP ho<st',
]) {
  test(`${JSON.stringify(text)} is no Via value (§25.1)`, () => {
    expect(() => parseVia(text)).toThrow(
      expect.objectContaining({ code: 'SIPW_ERR_MALFORMED_HEADER', status: 400 }),
    )
  })
}

test('an answer needs transport and host, not a sound list of parameters (§18.2.2)', () => {
  expect(isAnswerable('SIP/2.0/UDP 192.0.2.15;;')).toBe(true)
  expect(isAnswerable('SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw')).toBe(true)
  expect(isAnswerable('SIP/2.0/UDP')).toBe(false)
})

function stamped(via: string, address: string, port: number): string | undefined {
  const headers = SipHeaders.of([['Via', via]])
  stampSource(headers, address, port)
  return headers.get('Via')
}

test('received is added when the source is not what sent-by says, and only then (§18.2.1)', () => {
  expect(stamped('SIP/2.0/UDP bobspc.biloxi.com:5060;branch=z9', '192.0.2.4', 5060)).toBe(
    'SIP/2.0/UDP bobspc.biloxi.com:5060;branch=z9;received=192.0.2.4',
  )
  expect(stamped('SIP/2.0/UDP 192.0.2.4;branch=z9', '192.0.2.4', 5062)).toBe(
    'SIP/2.0/UDP 192.0.2.4;branch=z9',
  )
})

test('rport is filled in, and received stands beside it even when the address is the same (RFC 3581 §4)', () => {
  expect(stamped('SIP/2.0/UDP 10.1.1.1:4540;rport;branch=z9', '192.0.2.1', 9988)).toBe(
    'SIP/2.0/UDP 10.1.1.1:4540;rport=9988;branch=z9;received=192.0.2.1',
  )
  expect(stamped('SIP/2.0/UDP 192.0.2.1;branch=z9;rport', '192.0.2.1', 9988)).toBe(
    'SIP/2.0/UDP 192.0.2.1;branch=z9;rport=9988;received=192.0.2.1',
  )
})

test('what the client wrote as received or rport is replaced: answers go to the source alone (RFC 3581 §4)', () => {
  expect(
    stamped('SIP/2.0/UDP h;received=198.51.100.1;rport=1;branch=z9;rport=2', '192.0.2.1', 5060),
  ).toBe('SIP/2.0/UDP h;rport=5060;branch=z9;received=192.0.2.1')
  expect(stamped('SIP/2.0/UDP 192.0.2.1 ;Received=[::1];branch=z9', '192.0.2.1', 5060)).toBe(
    'SIP/2.0/UDP 192.0.2.1;branch=z9',
  )
})

test('received is written without brackets for IPv6 (RFC 5118 §4.5)', () => {
  expect(
    stamped('SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255]', '2001:db8::7', 5060),
  ).toBe('SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::7')
  expect(stamped('SIP/2.0/UDP [2001:db8::9];branch=z9', '2001:db8::9', 5060)).toBe(
    'SIP/2.0/UDP [2001:db8::9];branch=z9',
  )
})

test('only the topmost Via is stamped, the values behind it on its line stay (§18.2.1)', () => {
  expect(stamped('SIP/2.0/UDP a;branch=1, SIP/2.0/UDP b;rport;branch=2', '192.0.2.1', 7)).toBe(
    'SIP/2.0/UDP a;branch=1;received=192.0.2.1, SIP/2.0/UDP b;rport;branch=2',
  )
})

test('a Via that cannot be read is left alone, and nothing is thrown', () => {
  expect(stamped('nonsense', '192.0.2.1', 7)).toBe('nonsense')
  expect(stamped('SIP/2.0/UDP h;;branch=1', '192.0.2.1', 7)).toBe(
    'SIP/2.0/UDP h;received=192.0.2.1;;branch=1',
  )
  const headers = new SipHeaders()
  stampSource(headers, '192.0.2.1', 7)
  expect(headers.toString()).toBe('')
})

test('a Via that ends within an escape is stamped like any other (RFC 4475 §3.1.2.6)', () => {
  const malformed = parseMessage(
    'OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP h;rport;x="\\\u0007\\ \r\n\r\n',
  )
  if (malformed.kind !== 'malformed' || malformed.request === undefined) throw new Error('accepted')
  const { headers } = malformed.request
  stampSource(headers, '192.0.2.1', 7)
  expect(headers.get('Via')).toBe('SIP/2.0/UDP h;rport=7;received=192.0.2.1;x="\\\u0007\\')
})

test.each([
  ['SIP/2.0/UDP 192.0.2.1:7;branch=z9hG4bKa', 'SIP/2.0/UDP 192.0.2.1:7;branch=z9hG4bKa'],
  [
    'SIP/2.0/UDP 192.0.2.1:7;branch=z9hG4bKa;rport',
    'SIP/2.0/UDP 192.0.2.1:7;branch=z9hG4bKa;rport=9;received=192.0.2.1',
  ],
  [
    'SIP/2.0/UDP 192.0.2.1:7;received=192.0.2.8;branch=z9hG4bKa',
    'SIP/2.0/UDP 192.0.2.1:7;branch=z9hG4bKa',
  ],
  [
    'SIP/2.0/UDP 192.0.2.2:7;branch=z9hG4bKa',
    'SIP/2.0/UDP 192.0.2.2:7;branch=z9hG4bKa;received=192.0.2.1',
  ],
])('what was read of %s spares no stamp that is due (§18.2.1, RFC 3581 §4)', (text, stamped) => {
  const headers = SipHeaders.of([['Via', text]])
  stampSource(headers, '192.0.2.1', 9, parseVia(text))
  expect(headers.get('Via')).toBe(stamped)
})
