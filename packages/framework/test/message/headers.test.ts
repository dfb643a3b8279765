import { expect, test } from '@jest/globals'
import { VIA } from '#src/message/header-name.js'
import { NO_LINE, SipHeaders } from '#src/message/headers.js'
import { HeaderNames } from '#src/message/header-name.js'
import { parseMessage } from '#src/message/parse.js'
import { serialize } from '#src/message/serialize.js'

/** The header section of a request that came in with these lines. */
function received(...lines: string[]): SipHeaders {
  const text = [
    'OPTIONS sip:bob@biloxi.com SIP/2.0',
    'v: SIP/2.0/UDP a.example.com;branch=z9hG4bKa',
    'f: <sip:a@example.com>;tag=1',
    't: <sip:b@example.com>',
    'i: 1',
    'CSeq: 1 OPTIONS',
    ...lines,
    '',
    '',
  ].join('\r\n')
  const message = parseMessage(text)
  if (message.kind === 'malformed') throw message.error
  return message.headers
}

const start = [
  'v: SIP/2.0/UDP a.example.com;branch=z9hG4bKa',
  'f: <sip:a@example.com>;tag=1',
  't: <sip:b@example.com>',
  'i: 1',
  'CSeq: 1 OPTIONS',
]

const lines = (headers: SipHeaders) => headers.toString().split('\r\n').slice(0, -1)

test('a compact name equals its long name, in any case (§7.3.3, §7.3.1)', () => {
  const headers = received('L: 0', 'x: 90')
  expect(headers.get('Via')).toBe('SIP/2.0/UDP a.example.com;branch=z9hG4bKa')
  expect(headers.get('CALL-ID')).toBe('1')
  expect(headers.get('content-length')).toBe('0')
  expect(headers.get('Session-Expires')).toBe('90')
  expect(headers.get('v')).toBe(headers.get('via'))
})

test('a name is compared as a whole, and names of JavaScript are names like others (§7.3.1)', () => {
  const headers = received('X-Via: no', 'Vi: no', '__proto__: yes', 'constructor: yes')
  expect(headers.count('Via')).toBe(1)
  expect(headers.get('__proto__')).toBe('yes')
  expect(headers.get('constructor')).toBe('yes')
  expect(headers.get('toString')).toBeUndefined()
  expect(headers.get('X-Vi')).toBeUndefined()
})

test('a folded line is read as one value and leaves folded (§7.3.1)', () => {
  const headers = received(
    'Subject: I know you are there,\r\n pick up the phone\r\n\tand talk to me!  ',
  )
  expect(headers.get('Subject')).toBe('I know you are there, pick up the phone and talk to me!')
  expect(headers.toString()).toContain('there,\r\n pick up the phone\r\n\tand talk to me!  \r\n')
})

test('commas split values, but not within quotes and angle brackets (§7.3.1)', () => {
  const headers = received('Contact: "Bell, A" <sip:a@b;x=1,2>;q=1 , <sip:c@d>', 'm: sip:e@f')
  expect(headers.values('Contact')).toEqual([
    '"Bell, A" <sip:a@b;x=1,2>;q=1',
    '<sip:c@d>',
    'sip:e@f',
  ])
  expect(headers.firstValue('Contact')).toBe('"Bell, A" <sip:a@b;x=1,2>;q=1')
  expect(headers.getAll('Contact')).toEqual([
    '"Bell, A" <sip:a@b;x=1,2>;q=1 , <sip:c@d>',
    'sip:e@f',
  ])
})

test('empty values are none, and what never closes is one value (§7.3.1)', () => {
  const headers = received(
    'Supported: , a,, b ,',
    'Allow:',
    'Accept: "x, y',
    'Path: <sip:a, <sip:b>, c',
  )
  expect(headers.values('Supported')).toEqual(['a', 'b'])
  expect(headers.firstValue('Supported')).toBe('a')
  expect(headers.countValues('Supported')).toBe(-1)
  expect(headers.values('Allow')).toEqual([])
  expect(headers.firstValue('Allow')).toBeUndefined()
  expect(headers.get('Allow')).toBe('')
  expect(headers.values('Accept')).toEqual(['"x, y'])
  expect(headers.values('Path')).toEqual(['<sip:a, <sip:b>', 'c'])
})

test('an edit changes only the lines that it names (§16.6)', () => {
  const headers = received('X-A :  odd   spacing ', 'Max-Forwards: 70', 'X-B: \t2')
  headers.set('Max-Forwards', '69').prepend('Via', 'SIP/2.0/UDP us').remove('X-B')
  expect(lines(headers)).toEqual([
    'Via: SIP/2.0/UDP us',
    ...start,
    'X-A :  odd   spacing ',
    'Max-Forwards: 69',
  ])
})

test('removeAll takes off every line of any of the names, long, compact or of no RFC, in any case, and no other', () => {
  const headers = SipHeaders.of([
    ['P-Asserted-Identity', '<sip:a>'],
    ['X-Trunk', '1'],
    ['x-trunk-group', '2'],
    ['f', '<sip:b>'],
    ['p-asserted-identity', '<sip:c>'],
    ['X-TRUNK', '3'],
  ])
  const names = new HeaderNames(['From', 'P-Asserted-Identity', 'x-Trunk', 'X-None'])
  expect([...headers.removeAll(names).entries()]).toEqual([['x-trunk-group', '2']])
  const { version } = headers
  expect(headers.removeAll(names).version).toBe(version)
})

test('set replaces the first line where it stands and removes the others', () => {
  const headers = received('X-A: 1', 'X-B: b', 'x-a: 2', 'X-C: c')
  expect(lines(headers.set('X-A', '3')).slice(5)).toEqual(['X-A: 3', 'X-B: b', 'X-C: c'])
  expect(lines(headers.set('X-D', '4')).at(-1)).toBe('X-D: 4')
})

test('append stands behind the last line of its name, prepend before the first', () => {
  const headers = received('X-A: 1', 'X-B: b', 'X-A: 2', 'X-C: c')
  headers.append('X-A', '3').prepend('X-A', '0').append('X-D', 'd').prepend('X-E', 'e')
  expect(lines(headers)).toEqual([
    'X-E: e',
    ...start,
    'X-A: 0',
    'X-A: 1',
    'X-B: b',
    'X-A: 2',
    'X-A: 3',
    'X-C: c',
    'X-D: d',
  ])
})

test('removing the first value keeps the others of its line, and takes the line with the last (§16.7 step 3)', () => {
  const headers = received('Route: <sip:a,b;lr> ,\r\n <sip:c;lr>', 'Route: <sip:d;lr>')
  expect(lines(headers.removeFirstValue('Route')).slice(5)).toEqual([
    'Route: <sip:c;lr>',
    'Route: <sip:d;lr>',
  ])
  expect(lines(headers.removeFirstValue('Route')).slice(5)).toEqual(['Route: <sip:d;lr>'])
  expect(headers.removeFirstValue('Route').removeFirstValue('Route').has('Route')).toBe(false)
})

test('replacing the first value keeps the others of its line', () => {
  const headers = received('Route: <sip:a;lr>, <sip:c;lr>')
  headers.replaceFirstValue('Route', '<sip:x;lr>').replaceFirstValue('Path', '<sip:none>')
  expect(headers.getAll('Route')).toEqual(['<sip:x;lr>, <sip:c;lr>'])
  expect(headers.has('Path')).toBe(false)
})

test('removing a Via does not fail on what strangers wrote behind it', () => {
  const headers = received('X: 1').set('Via', 'SIP/2.0/UDP us, <">, \\\u0007"')
  expect(headers.removeFirstValue('Via').removeFirstValue('Via').get('Via')).toBe('\\\u0007"')
})

test('a clone and its origin do not see each other’s edits', () => {
  const headers = received('X-A: 1')
  const copy = headers.clone().set('X-A', '2').append('X-B', 'b')
  headers.append('X-C', 'c')
  expect(lines(headers).slice(5)).toEqual(['X-A: 1', 'X-C: c'])
  expect(lines(copy).slice(5)).toEqual(['X-A: 2', 'X-B: b'])
})

test('entries tell names as written and values unfolded, in order', () => {
  const headers = SipHeaders.of([
    ['v', 'SIP/2.0/UDP a'],
    ['X-Thing', 'b'],
  ])
  expect([...headers.entries()]).toEqual([
    ['v', 'SIP/2.0/UDP a'],
    ['X-Thing', 'b'],
  ])
})

for (const [what, value] of [
  ['CRLF', 'a\r\nP-Asserted-Identity: <sip:ceo@example.com>'],
  ['a bare CR', 'a\rX: y'],
  ['a bare LF', 'a\nX: y'],
  ['a fold', 'a\r\n b'],
  ['NUL', 'a\0b'],
  ['ESC', 'a\x1b[2J'],
  ['DEL', 'a\x7f'],
  ['a character whose low byte would be LF', 'a\u010ab'],
  ['a backslash before CR in quotes', '"a\\\rX: y"'],
] as const) {
  test(`a value that holds ${what} is refused by every edit (§7.3.1)`, () => {
    const headers = received('Route: <sip:a;lr>')
    const before = headers.toString()
    const refusal = expect.objectContaining({ code: 'SIPW_ERR_HEADER_INJECTION' })
    expect(() => headers.set('X-A', value)).toThrow(refusal)
    expect(() => headers.set('Route', value)).toThrow(refusal)
    expect(() => headers.append('X-A', value)).toThrow(refusal)
    expect(() => headers.prepend('Via', value)).toThrow(refusal)
    expect(() => headers.replaceFirstValue('Route', value)).toThrow(refusal)
    expect(() => SipHeaders.of([['X-A', value]])).toThrow(refusal)
    expect(headers.toString()).toBe(before)
  })
}

test('a control character behind a backslash in quotes may be passed on (§25.1 quoted-pair)', () => {
  const headers = received('X: 1').set('Contact', '"\\\u0007" <sip:a@b>')
  expect(headers.get('Contact')).toBe('"\\\u0007" <sip:a@b>')
})

for (const name of ['', 'a b', 'a:', 'a\r\nb', 'ä', 'Via\0', 'To\x01']) {
  test(`${JSON.stringify(name)} is no name for a header (§25.1 token)`, () => {
    expect(() => received().set(name, 'x')).toThrow(
      expect.objectContaining({ code: 'SIPW_ERR_HEADER_INJECTION' }),
    )
  })
}

test('a line keeps its number until it is edited, in clones too', () => {
  const headers = received('X-A: 1')
  const before = headers.line(VIA)
  headers.get('Via')
  headers.set('X-A', '2').remove('X-Nothing')
  expect(headers.line(VIA)).toBe(before)
  expect(headers.clone().line(VIA)).toBe(before)
  headers.prepend('Via', 'SIP/2.0/UDP us')
  expect(headers.line(VIA)).not.toBe(before)
  expect(headers.removeFirstValue('Via').line(VIA)).toBe(before)
  expect(headers.remove('Via').line(VIA)).toBe(NO_LINE)
})

test('of several Content-Length lines one leaves, and says the length of the body (§20.14)', () => {
  const headers = SipHeaders.of([
    ['l', '5'],
    ['X-A', '1'],
    ['Content-Length', '5'],
  ])
  expect(headers.withContentLength(5)).toBe('l: 5\r\nX-A: 1\r\n')
  expect(headers.withContentLength(6)).toBe('X-A: 1\r\nContent-Length: 6\r\n')
})

test('untouched lines leave as the bytes that came, whatever was edited around them', () => {
  const text =
    'OPTIONS sip:a@b SIP/2.0\r\nVia:SIP/2.0/UDP h;branch=z9hG4bK1\r\nFROM : <sip:a@b>;tag=1\r\n' +
    'to:\r\n <sip:c@d>\r\nCall-ID:x\r\nCSeq: 1 OPTIONS\r\nX-\xfc\xff: bad\r\n\r\n'
  const message = parseMessage(text.replace('X-\xfc\xff: bad', 'X-U: \xfc\xff'))
  if (message.kind === 'malformed') throw message.error
  message.headers.set('Call-ID', 'y')
  expect(serialize(message)).toBe(
    text
      .replace('X-\xfc\xff: bad', 'X-U: \xfc\xff')
      .replace('Call-ID:x', 'Call-ID: y')
      .replace(/\r\n\r\n$/, '\r\nContent-Length: 0\r\n\r\n'),
  )
})

test('who wants to see it before it is edited is called once, while it is as it was', () => {
  const headers = SipHeaders.of([
    ['From', '<sip:a@b>'],
    ['To', '<sip:c@d>'],
  ])
  const seen: (string | undefined)[] = []
  const look = () => seen.push(headers.get('To'))
  headers.beforeEdit(look)
  expect(headers.clone().remove('To').get('To')).toBeUndefined()
  expect(seen).toEqual([])
  headers.set('To', '<sip:e@f>').remove('From')
  expect(seen).toEqual(['<sip:c@d>'])
  headers.beforeEdit(look)
  headers.beforeEdit(undefined)
  headers.append('Via', 'SIP/2.0/UDP a')
  expect(seen).toHaveLength(1)
})
