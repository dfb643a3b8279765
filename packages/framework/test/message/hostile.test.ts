/**
 * Messages made to hurt: 64 KiB of one character in every place, and mutations of good messages. A parser that
 * looks at something twice for each character would not come back from the first within the test's time.
 */
import { expect, test } from '@jest/globals'
import { SipError } from '#src/errors.js'
import { ackFor, cancelFor, responseTo, type SipMessage } from '#src/message/message.js'
import { defaultMessageLimits } from '#src/message/limits.js'
import { parseMessage } from '#src/message/parse.js'
import { serialize } from '#src/message/serialize.js'
import { stampSource } from '#src/message/via.js'
import { answer, invite, options, register } from '#src/testing/messages.js'

const unlimited = {
  ...defaultMessageLimits,
  messageBytes: Infinity,
  headerBytes: Infinity,
  headerLineBytes: Infinity,
  headers: Infinity,
  vias: Infinity,
  routes: Infinity,
  uriBytes: Infinity,
}

const good = [
  serialize(invite({ headers: { Route: '<sip:p1.example.com;lr>, <sip:p2.example.com;lr>' } })),
  serialize(
    register({ headers: { Contact: '"B, ob" <sip:bob@[2001:db8::1]:5070;x=y>;q=0.5, *' } }),
  ),
  serialize(
    options({ toTag: 'x', headers: { Subject: '"a\\\u0007b"\r\n c'.replace('\r\n', '') } }),
  ),
  serialize(answer(invite(), 183)),
]

for (const piece of [
  ',',
  '"',
  '(',
  ' ',
  ';',
  ':',
  '<',
  '>',
  '\\',
  '\\"',
  '\t',
  '=',
  '@',
  '[',
  '%',
  '\r\n ',
  '\r',
  '\n',
  '\0',
  '\x80',
  ';a',
  ';a=b',
  ',<a>',
  '?',
  'a',
]) {
  test(`64 KiB of ${JSON.stringify(piece)} in any place are read in passing`, () => {
    const flood = piece.repeat(65_536 / piece.length)
    for (const name of [
      'Via',
      'From',
      'To',
      'Call-ID',
      'CSeq',
      'Max-Forwards',
      'Route',
      'Contact',
      'X',
    ]) {
      for (const value of [flood, `<sip:a@b>${flood}`, `SIP/2.0/UDP h${flood}`, `"${flood}`]) {
        const text = good[0]!.replace('\r\nMax-Forwards', `\r\n${name}: ${value}\r\nMax-Forwards`)
        survives(text, unlimited)
      }
    }
    survives(good[0]!.replace('bob', flood), unlimited)
    survives(good[0]!.replace('INVITE', flood), unlimited)
    survives(`${flood}${good[0]!}`, unlimited)
  })
}

test('20 000 mutations of good messages: nothing is thrown, gained or changed on the way through', () => {
  const draw = generator(20_260_101)
  let acceptedOnes = 0
  for (let round = 0; round < 20_000; round++) {
    let text = good[draw(good.length)]!
    for (let changes = 1 + draw(4); changes > 0; changes--) text = mutated(text, draw)
    if (survives(text, defaultMessageLimits)) acceptedOnes++
  }
  // Both doors were used.
  expect(acceptedOnes).toBeGreaterThan(2_000)
  expect(acceptedOnes).toBeLessThan(18_000)
})

/** Puts a text through everything a proxy does with it; tells whether it was accepted. */
function survives(text: string, limits: typeof unlimited): boolean {
  const message = parseMessage(text, limits)
  if (message.kind === 'malformed') {
    if (!(message.error instanceof SipError)) throw new Error('it is no error of ours')
    if (message.request !== undefined) {
      stampSource(message.request.headers, '192.0.2.1', 5060)
      clean(serialize(responseTo(message.request, message.error.status, { toTag: 'x' })))
    }
    return false
  }
  const left = serialize(message)
  clean(left)
  const again = parseMessage(left, limits)
  if (again.kind === 'malformed') throw again.error
  same(serialize(again), left)
  same(fields(again), fields(message))
  const copy = message.clone()
  copy.headers.prepend('Via', 'SIP/2.0/UDP us').set('Max-Forwards', '1').removeFirstValue('Via')
  clean(serialize(copy))
  if (message.kind === 'request') {
    stampSource(message.headers, '192.0.2.1', 5060)
    const response = responseTo(message, 486, { toTag: 'x' })
    for (const made of [response, ackFor(message, response), cancelFor(message)])
      clean(serialize(made))
  }
  return true
}

function fields(message: SipMessage): string {
  const { via, from, to, callId, cseq } = message
  return JSON.stringify([
    [via.transport, via.host, via.port, via.branch, [...via.params]],
    [from.displayName, from.uri, [...from.params]],
    [to.displayName, to.uri, [...to.params]],
    callId,
    cseq,
    [...message.headers.clone().remove('Content-Length').entries()],
    message.body,
  ])
}

/** In the headers every CR is followed by LF, every LF follows CR, and NUL stands only behind a backslash. */
function clean(text: string): void {
  const head = text.slice(0, text.indexOf('\r\n\r\n'))
  if (/\r(?!\n)|(?<!\r)\n|(?<!\\)\0|[^\0-\xff]/.test(head)) throw new Error(JSON.stringify(head))
}

/** `expect` would cost more than all that is tested here. */
function same(actual: string, expected: string): void {
  if (actual !== expected) expect(actual).toBe(expected)
}

/** Pieces that mean something somewhere. */
const pieces = [
  ',',
  ';',
  ':',
  '"',
  '<',
  '>',
  '\\',
  '(',
  ')',
  '=',
  '@',
  '?',
  '[',
  ']',
  '%00',
  ' ',
  '\t',
  '\r\n',
  '\r\n ',
  '\r',
  '\n',
  '\0',
  '\x1b',
  '\x7f',
  '\xff',
  '\\\0',
  '\r\n\r\n',
  ';branch=z9hG4bK',
  ';tag=',
  ';received=1.1.1.1',
  ';rport',
  '\r\nVia: SIP/2.0/UDP x',
  '\r\nl: 0',
  '\r\nContent-Length: 4294967296',
  '\r\nRoute: <sip:x>',
  '\r\n__proto__: x',
  'SIP/2.0',
  'sip:',
  'tel:',
  '4294967301',
  '-1',
  '*',
]

function mutated(text: string, draw: (below: number) => number): string {
  const at = draw(text.length)
  const to = at + draw(12)
  switch (draw(6)) {
    case 0:
      return text.slice(0, at) + pieces[draw(pieces.length)]! + text.slice(at)
    case 1:
      return text.slice(0, at) + text.slice(to)
    case 2:
      return text.slice(0, at) + String.fromCharCode(draw(256)) + text.slice(at + 1)
    case 3:
      return text.slice(0, to) + text.slice(at)
    case 4: {
      const lines = text.split('\r\n')
      const from = draw(lines.length)
      lines.splice(draw(lines.length), 0, ...lines.splice(from, 1 - draw(2)), lines[from] ?? '')
      return lines.join('\r\n')
    }
    default:
      return text.slice(0, at) + text.slice(at, to).toUpperCase() + text.slice(to)
  }
}

/** Whole numbers in [0, below), the same on every run: a linear congruential generator. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 0x1_0000_0000) * below)
  }
}
