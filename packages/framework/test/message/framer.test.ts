import { expect, test } from '@jest/globals'
import { Framer, type Framed } from '#src/message/framer.js'
import { defaultMessageLimits } from '#src/message/limits.js'
import { serialize } from '#src/message/serialize.js'
import { invite, options } from '#src/testing/messages.js'

const first = serialize(invite())
const second = serialize(options())

const texts = (framed: readonly Framed[]) =>
  framed.map((each) => (each.kind === 'message' ? each.text : each.kind))

test('a stream is cut at Content-Length, several messages in one chunk included (§18.3)', () => {
  const framer = new Framer()
  expect(texts(framer.push(first + second + first.slice(0, 50)))).toEqual([first, second])
  expect(framer.pending).toBe(true)
  expect(texts(framer.push(first.slice(50)))).toEqual([first])
  expect(framer.pending).toBe(false)
})

test('wherever the stream is torn, the same messages come out (§18.3)', () => {
  const stream = `${first}${second}`
  for (let at = 1; at < stream.length; at++) {
    const framer = new Framer()
    const framed = [...framer.push(stream.slice(0, at)), ...framer.push(stream.slice(at))]
    expect(texts(framed)).toEqual([first, second])
  }
})

test('byte by byte, every message is told with its last byte (§18.3)', () => {
  const framer = new Framer()
  const framed: Framed[] = []
  for (const byte of first + second) framed.push(...framer.push(byte))
  expect(texts(framed)).toEqual([first, second])
})

test('a megabyte in single bytes is taken in pieces that are joined once', () => {
  const limits = { ...defaultMessageLimits, messageBytes: 2_000_000 }
  const body = 'x'.repeat(1_000_000)
  const text = serialize(invite({ body }))
  const framer = new Framer(limits)
  const framed: Framed[] = []
  for (const byte of text) framed.push(...framer.push(byte))
  expect(framed).toEqual([{ kind: 'message', text }])
})

test('CRLFCRLF between messages is a ping, a lone CRLF a pong (RFC 5626 §3.5.1)', () => {
  const framer = new Framer()
  expect(texts(framer.push('\r\n\r\n'))).toEqual(['ping'])
  expect(texts(framer.push('\r\n'))).toEqual(['pong'])
  expect(framer.pending).toBe(false)
  expect(texts(framer.push(first))).toEqual([first])
  expect(texts(framer.push(`\r\n\r\n${second}\r\n\r\n`))).toEqual(['ping', second, 'ping'])
})

test('a ping that comes in pieces is still answered once (RFC 5626 §3.5.1)', () => {
  const framer = new Framer()
  const told = ['\r', '\n', '\r', '\n'].flatMap((byte) => texts(framer.push(byte)))
  expect(told.filter((kind) => kind === 'ping')).toEqual(['ping'])
  expect(framer.pending).toBe(false)
})

test('empty lines before a message are ignored (§7.5)', () => {
  const framer = new Framer()
  expect(texts(framer.push(`\r\n${first}`))).toContain(first)
})

for (const [what, text, code] of [
  [
    'states no length',
    'OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TCP h\r\n\r\n',
    'SIPW_ERR_MISSING_HEADER',
  ],
  [
    'states two lengths',
    'OPTIONS sip:a SIP/2.0\r\nl: 1\r\nl: 2\r\n\r\n',
    'SIPW_ERR_CONTENT_LENGTH',
  ],
  ['states a negative length', 'OPTIONS sip:a SIP/2.0\r\nl: -1\r\n\r\n', 'SIPW_ERR_CONTENT_LENGTH'],
  [
    'states a huge length',
    'OPTIONS sip:a SIP/2.0\r\nl: 99999999\r\n\r\n',
    'SIPW_ERR_MESSAGE_TOO_LARGE',
  ],
  [
    'holds a bare CR',
    'OPTIONS sip:a SIP/2.0\r\nX: a\rl: 0\r\nl: 0\r\n\r\n',
    'SIPW_ERR_MALFORMED_MESSAGE',
  ],
  [
    'holds a bare LF',
    'OPTIONS sip:a SIP/2.0\r\nX: a\nl: 0\r\nl: 0\r\n\r\n',
    'SIPW_ERR_MALFORMED_MESSAGE',
  ],
] as const) {
  test(`a message that ${what} breaks the stream: where the next one begins would be a guess (§18.3)`, () => {
    const framer = new Framer()
    expect(framer.push(text + first)).toEqual([
      { kind: 'broken', error: expect.objectContaining({ code }), text },
    ])
    expect(framer.push(first)).toEqual([])
    expect(framer.pending).toBe(false)
  })
}

test('headers that never end are not kept for ever', () => {
  const framer = new Framer()
  const framed = framer.push('A'.repeat(10_000)).concat(framer.push('A'.repeat(10_000)))
  expect(framed).toMatchObject([{ kind: 'broken', error: { code: 'SIPW_ERR_HEADERS_TOO_LARGE' } }])
})

test('headers longer than the limit break the stream whether they come at once or in pieces', () => {
  const text = `OPTIONS sip:${'a'.repeat(19_000)} SIP/2.0\r\nContent-Length: 0\r\n\r\n`
  const broken = [{ kind: 'broken', error: { code: 'SIPW_ERR_HEADERS_TOO_LARGE' } }]
  expect(new Framer().push(text)).toMatchObject(broken)
  const framer = new Framer()
  expect(framer.push(text.slice(0, 10)).concat(framer.push(text.slice(10)))).toMatchObject(broken)
})
