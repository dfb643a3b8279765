import { expect, test } from '@jest/globals'
import { defaultMessageLimits } from '#src/message/limits.js'
import { type SipMessage } from '#src/message/message.js'
import { parseMessage, type Malformed } from '#src/message/parse.js'
import { serialize } from '#src/message/serialize.js'
import { answer, invite, register } from '#src/testing/messages.js'

const text = serialize(invite())

function accepted(message: string): SipMessage {
  const parsed = parseMessage(message)
  if (parsed.kind === 'malformed') throw parsed.error
  return parsed
}

function refused(message: string, limits = defaultMessageLimits): Malformed {
  const parsed = parseMessage(message, limits)
  if (parsed.kind !== 'malformed') throw new Error('it was accepted')
  return parsed
}

test('a request and a response are read and leave as they came (§7)', () => {
  expect(serialize(accepted(text))).toBe(text)
  const response = serialize(answer(invite(), 486))
  expect(accepted(response)).toMatchObject({ kind: 'response', status: 486, reason: 'Busy Here' })
  expect(serialize(accepted(response))).toBe(response)
})

test('empty lines before the start line are skipped (§7.5)', () => {
  expect(serialize(accepted(`\r\n\r\n${text}`))).toBe(text)
})

test('SIP/2.0 is read in any case and written in capitals (§7.1)', () => {
  expect(serialize(accepted(text.replace(' SIP/2.0\r', ' sip/2.0\r')))).toBe(text)
})

test('another version is answered 505 (§21.5.6)', () => {
  for (const version of ['SIP/7.0', 'SIP/2.1', 'sip/20.0']) {
    expect(refused(text.replace('SIP/2.0', version))).toMatchObject({
      error: { status: 505, code: 'SIPW_ERR_UNSUPPORTED_VERSION' },
      request: { method: 'INVITE' },
    })
  }
})

for (const [what, line] of [
  ['two spaces before the URI', 'INVITE  sip:bob@biloxi.com SIP/2.0'],
  ['two spaces behind the URI', 'INVITE sip:bob@biloxi.com  SIP/2.0'],
  ['a space at its end', 'INVITE sip:bob@biloxi.com SIP/2.0 '],
  ['no version', 'INVITE sip:bob@biloxi.com'],
  ['a version that is none', 'INVITE sip:bob@biloxi.com SIP/2'],
  ['a tab', 'INVITE sip:bob@biloxi.com\tSIP/2.0'],
  ['brackets around the URI', 'INVITE <sip:bob@biloxi.com> SIP/2.0'],
  ['headers in the URI', 'INVITE sip:bob@biloxi.com?Route=x SIP/2.0'],
  ['IPv6 without brackets', 'INVITE sip:2001:db8::10 SIP/2.0'],
  ['a bare CR', 'INVITE sip:bob@biloxi.com\rX SIP/2.0'],
  ['NUL', 'INVITE sip:bob\0@biloxi.com SIP/2.0'],
  ['a method that is no token', 'IN(VITE sip:bob@biloxi.com SIP/2.0'],
  ['no method', ' sip:bob@biloxi.com SIP/2.0'],
  ['a method longer than the limit', `${'X'.repeat(65)} sip:bob@biloxi.com SIP/2.0`],
] as const) {
  test(`a request line with ${what} is refused with 400 (§7.1)`, () => {
    expect(refused(text.replace(/^.*(?=\r\n)/, line)).error.status).toBe(400)
  })
}

for (const line of [
  'SIP/2.0 99 No',
  'SIP/2.0 700 No',
  'SIP/2.0 4294967301 better not break the receiver',
  'SIP/2.0 0200 OK',
  'SIP/2.0 +20 OK',
  'SIP/2.0  200 OK',
  'SIP/2.0 200',
  'SIP/3.0 200 OK',
  'SIP/2.0 200 O\0K',
  'SIP/2.0 200 O\rK',
]) {
  test(`${JSON.stringify(line)} is no status line, and a response is never answered (§7.2)`, () => {
    const response = serialize(answer(invite(), 200)).replace('SIP/2.0 200 OK', line)
    expect(refused(response).request).toBeUndefined()
  })
}

/** Smuggling: what one reader takes for a value, another takes for a header of its own. */
for (const [what, line] of [
  ['a bare CR', 'X-A: a\rP-Asserted-Identity: <sip:ceo@example.com>'],
  ['a bare LF', 'X-A: a\nP-Asserted-Identity: <sip:ceo@example.com>'],
  ['LF CR', 'X-A: a\n\rP-Asserted-Identity: <sip:ceo@example.com>'],
  ['a bare LF before a fold', 'X-A: a\n b'],
  ['a bare CR at its end', 'X-A: a\r'],
  ['an escaped LF in quotes', 'X-A: "a\\\nP-Asserted-Identity: <sip:ceo@example.com>"'],
  ['an escaped CR in quotes', 'X-A: "a\\\rP-Asserted-Identity: <sip:ceo@example.com>"'],
  ['NUL', 'X-A: a\0b'],
  ['NUL in quotes', 'X-A: "a\0b"'],
  ['an escaped NUL outside quotes', 'X-A: a\\\0b'],
  ['an escaped NUL behind quotes', 'X-A: "a" \\\0b'],
  ['ESC', 'X-A: a\x1b[2J'],
  ['DEL', 'X-A: \x7f'],
  ['a control character in its name', 'To\x01: <sip:a@b>'],
  ['no colon', 'X-A'],
  ['no name', ': nameless'],
  ['a space before its name', 'X-A a: b'],
  ['a name that is no token', 'X(A): b'],
  ['a fold before the colon', 'X-A\r\n : b'],
] as const) {
  test(`a header line with ${what} is refused with 400, and does not come back in the answer (§25.1)`, () => {
    const malformed = refused(text.replace('\r\nTo:', `\r\n${line}\r\nTo:`))
    expect(malformed.error).toMatchObject({ status: 400, code: 'SIPW_ERR_MALFORMED_MESSAGE' })
    expect(malformed.request?.headers.toString()).not.toContain(line)
    expect(malformed.request?.headers.has('P-Asserted-Identity')).toBe(false)
    expect(malformed.request?.fromTag).toBe('1928301774')
  })
}

test('an escaped control character in quotes is legal and kept, across folds too (§25.1 quoted-pair)', () => {
  const line = 'X-A: "a\\\0b\r\n \\\x7f\\"\\\x07"  (x)'
  const message = text.replace('\r\nTo:', `\r\n${line}\r\nTo:`)
  expect(serialize(accepted(message))).toBe(message)
  expect(accepted(message).headers.get('X-A')).toBe('"a\\\0b \\\x7f\\"\\\x07"  (x)')
})

test('white space may stand before the colon, and nowhere does it hide a name (§7.3.1)', () => {
  const message = text.replace('Max-Forwards:', 'Max-Forwards \t :')
  expect(accepted(message)).toMatchObject({ maxForwards: 70 })
  const twice = text.replace('\r\nTo:', '\r\nFROM \t: <sip:x@y>\r\nTo:')
  expect(refused(twice).error.code).toBe('SIPW_ERR_DUPLICATE_HEADER')
})

for (const name of ['Via', 'To', 'From', 'Call-ID', 'CSeq']) {
  test(`without ${name} a request is refused with 400 (§8.1.1)`, () => {
    const malformed = refused(text.replace(new RegExp(`\r\n${name}:[^\r]*`), ''))
    expect(malformed.error).toMatchObject({ code: 'SIPW_ERR_MISSING_HEADER', status: 400 })
    expect(malformed.request === undefined).toBe(name === 'Via')
  })
}

for (const name of ['To', 'From', 'Call-ID', 'CSeq', 'Max-Forwards']) {
  test(`two ${name} lines are refused with 400, equal or not (§7.3.1)`, () => {
    const line = new RegExp(`\r\n${name}:[^\r]*`).exec(text)?.[0] ?? ''
    expect(refused(text.replace(line, line + line)).error).toMatchObject({
      code: 'SIPW_ERR_DUPLICATE_HEADER',
      status: 400,
    })
  })
}

for (const [what, from, to] of [
  ['CSeq of another method', '314159 INVITE', '314159 OPTIONS'],
  ['CSeq of 2^31', '314159 INVITE', '2147483648 INVITE'],
  ['an empty Call-ID', 'a84b4c76e66710@pc33.atlanta.com', ''],
  ['white space in Call-ID', 'a84b4c76e66710@', 'a84b4c 76e66710@'],
  ['a branch that is only the cookie', 'z9hG4bK776asdhds', 'z9hG4bK'],
  ['a branch that is only the cookie, in capitals', 'z9hG4bK776asdhds', 'Z9HG4BK'],
  ['an empty Via value', 'Via: ', 'Via: ,'],
  ['a negative Max-Forwards', 'Max-Forwards: 70', 'Max-Forwards: -1'],
  ['a Max-Forwards that is no number', 'Max-Forwards: 70', 'Max-Forwards: 0x46'],
  ['a Route without brackets', 'Max-Forwards: 70', 'Max-Forwards: 70\r\nRoute: sip:p;lr'],
  ['an empty Route value', 'Max-Forwards: 70', 'Max-Forwards: 70\r\nRoute: <sip:p;lr>,'],
  ['an empty Route', 'Max-Forwards: 70', 'Max-Forwards: 70\r\nRoute:'],
] as const) {
  test(`${what} is refused with 400 (§16.3 step 1)`, () => {
    const malformed = refused(text.replace(from, to))
    expect(malformed.error.status).toBe(400)
    expect(malformed.request?.method).toBe('INVITE')
  })
}

test('what a proxy has no use for passes, malformed or not (§16.3 step 1)', () => {
  const message = text.replace(
    '\r\nTo:',
    '\r\nDate: yesterday\r\nExpires: 1e100\r\nContact: ;;;\r\nRecord-Route: x\r\nTo:',
  )
  expect(serialize(accepted(message))).toBe(message)
})

test('Contact is read in REGISTER alone (RFC 4475 §3.1.2.13)', () => {
  const contact = (value: string) => serialize(register({ headers: { Contact: value } }))
  expect(refused(contact('sip:a@b?Route=x')).error.status).toBe(400)
  expect(accepted(contact('*')).kind).toBe('request')
  expect(accepted(contact('<sip:a@b?Route=x>;q=1, sip:c@d')).kind).toBe('request')
})

test('an ACK is never answered, however malformed (§17)', () => {
  expect(refused(text.replace('INVITE', 'ACK')).request).toBeUndefined()
})

test('without Content-Length the body is the rest of the datagram, with it the rest is dropped (§18.3)', () => {
  const none = text.replace(/Content-Length: \d+\r\n/, '')
  expect(accepted(none).body).toBe(invite().body)
  expect(accepted(`${text}trailing`).body).toBe(invite().body)
  expect(serialize(accepted(`${text}trailing`))).toBe(text)
})

for (const value of ['9999', '-1', '0x0a', '1e1', '', '1 2', '99999999999999999999999']) {
  test(`Content-Length ${JSON.stringify(value)} is refused with 400 (§18.3, §20.14)`, () => {
    const message = text.replace(/Content-Length: \d+/, `Content-Length: ${value}`)
    expect(refused(message)).toMatchObject({
      error: { code: 'SIPW_ERR_CONTENT_LENGTH', status: 400 },
      request: { method: 'INVITE' },
    })
  })
}

test('two lengths must agree, and one leaves (RFC 4475 §3.3.9)', () => {
  expect(refused(text.replace('\r\nTo:', '\r\nl: 5\r\nTo:')).error.status).toBe(400)
  const length = invite().body.length
  const twice = text.replace('\r\nTo:', `\r\nl: ${length}\r\nTo:`)
  expect(serialize(accepted(twice))).toBe(twice.replace(/Content-Length: \d+\r\n/, ''))
})

test('a message without an empty line is refused, and its sender can be told (§7)', () => {
  const malformed = refused(text.slice(0, text.indexOf('\r\n\r\n') + 2))
  expect(malformed).toMatchObject({ error: { status: 400 }, request: { method: 'INVITE' } })
})

const routes = (count: number) =>
  text.replace('\r\nTo:', `\r\nRoute: ${Array(count).fill('<sip:p;lr>').join(',')}\r\nTo:`)
const vias = (count: number) =>
  text.replace(
    '\r\nTo:',
    `\r\nv: ${Array(count - 1)
      .fill('SIP/2.0/UDP h')
      .join(',')}\r\nTo:`,
  )
const headers = (count: number) => text.replace('\r\nTo:', `${'\r\nX: y'.repeat(count - 9)}\r\nTo:`)

test('as many values and lines as the limits say are accepted, and no more', () => {
  expect(accepted(routes(32)).kind).toBe('request')
  expect(refused(routes(33)).error).toMatchObject({ code: 'SIPW_ERR_TOO_MANY', status: 400 })
  expect(accepted(vias(70)).kind).toBe('request')
  expect(refused(vias(71)).error).toMatchObject({ code: 'SIPW_ERR_TOO_MANY', status: 400 })
  expect(accepted(headers(256)).kind).toBe('request')
  expect(refused(headers(257)).error).toMatchObject({ code: 'SIPW_ERR_TOO_MANY', status: 400 })
})

test('a Request-URI beyond the limit is answered 414 (§21.4.12)', () => {
  const uri = (length: number) =>
    text.replace('sip:bob@biloxi.com ', `sip:${'b'.repeat(length - 4)} `)
  expect(accepted(uri(2_048)).kind).toBe('request')
  expect(refused(uri(2_049))).toMatchObject({
    error: { status: 414 },
    request: { method: 'INVITE' },
  })
})

test('headers and messages beyond the limits are answered 513 (§21.5.7)', () => {
  const line = (length: number) =>
    text.replace('\r\nTo:', `\r\nX: ${'y'.repeat(length - 3)}\r\nTo:`)
  expect(accepted(line(8_192)).kind).toBe('request')
  expect(refused(line(8_193)).error).toMatchObject({
    code: 'SIPW_ERR_HEADERS_TOO_LARGE',
    status: 513,
  })
  const section = text.replace('\r\nTo:', `${`\r\nX: ${'y'.repeat(5_500)}`.repeat(3)}\r\nTo:`)
  expect(refused(section).error).toMatchObject({ code: 'SIPW_ERR_HEADERS_TOO_LARGE', status: 513 })
  const limits = { ...defaultMessageLimits, messageBytes: text.length }
  expect(parseMessage(text, limits).kind).toBe('request')
  expect(refused(`${text}x`, limits)).toMatchObject({
    error: { code: 'SIPW_ERR_MESSAGE_TOO_LARGE', status: 513 },
    request: { method: 'INVITE' },
  })
})
