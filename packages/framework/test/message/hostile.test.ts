/**
 * Messages made to hurt: 64 KiB of one character in every place. A parser that looks at something twice for each
 * character would not come back within the test's time. Mutations of good messages are the fuzzer's affair.
 */
import { test } from '@jest/globals'
import { defaultMessageLimits } from '#src/message/limits.js'
import { serialize } from '#src/message/serialize.js'
import { invite } from '#src/testing/messages.js'
import { passesThrough } from '../fuzz/pass-through.js'

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

const good = serialize(
  invite({ headers: { Route: '<sip:p1.example.com;lr>, <sip:p2.example.com;lr>' } }),
)

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
        const text = good.replace('\r\nMax-Forwards', `\r\n${name}: ${value}\r\nMax-Forwards`)
        passesThrough(text, unlimited)
      }
    }
    passesThrough(good.replace('bob', flood), unlimited)
    passesThrough(good.replace('INVITE', flood), unlimited)
    passesThrough(`${flood}${good}`, unlimited)
  })
}
