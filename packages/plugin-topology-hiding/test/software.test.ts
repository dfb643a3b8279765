import { expect, test } from '@jest/globals'
import { SipHeaders } from '@sipwright/framework'
import {
  HeaderList,
  normalizeLists,
  removeInsideLinks,
  rewriteReasons,
  rewriteWarnings,
  strippedHeaders,
} from '#src/software.js'
import { disguise } from './disguise.js'

test('headers that tell the software go by name, whatever its case; others stay', () => {
  const headers = SipHeaders.of([
    ['SERVER', 'x'],
    ['x-fs-Support', 'x'],
    ['X-Asterisk-HangupCause', 'x'],
    ['X-Own-Thing', 'x'],
    ['X-FS', 'stays'],
    ['Subject', 'stays'],
  ])
  new HeaderList([...strippedHeaders, 'X-Own-*']).removeFrom(headers)
  expect([...headers.entries()].map(([name]) => name)).toEqual(['X-FS', 'Subject'])
})

test('a Warning keeps its code alone. RFC 3261 §20.43', () => {
  const headers = SipHeaders.of([
    ['Warning', '370 10.0.0.11:5060 "no", 301 fs1 "FreeSWITCH"'],
    ['Warning', 'rubbish'],
  ])
  rewriteWarnings(headers, disguise())
  expect(headers.getAll('Warning')).toEqual([
    '370 203.0.113.1:5060 "Insufficient bandwidth"',
    '301 203.0.113.1:5060 "Incompatible network address formats"',
    '399 203.0.113.1:5060 "Miscellaneous warning"',
  ])
})

test('a Reason keeps protocol and cause. RFC 3326', () => {
  const headers = SipHeaders.of([
    ['Reason', 'Q.850;cause=16;text="a \\" quote; and more", SIP ;cause=200 ;text=plain'],
  ])
  rewriteReasons(headers)
  expect(headers.getAll('Reason')).toEqual(['Q.850;cause=16', 'SIP ;cause=200'])
})

test('links into the inside go, others stay', () => {
  const outside = '<http://example.com/i.png>;purpose=icon'
  const headers = SipHeaders.of([
    ['Call-Info', `<http://10.0.0.11/i.png>;purpose=icon, ${outside}`],
    ['Alert-Info', '<http://fs1.internal/ring.wav>'],
    ['Error-Info', '<sip:busy@example.com>'],
  ])
  removeInsideLinks(headers, disguise())
  expect(headers.getAll('Call-Info')).toEqual([outside])
  expect(headers.has('Alert-Info')).toBe(false)
  expect(headers.get('Error-Info')).toBe('<sip:busy@example.com>')
})

test('lists have one order and spelling', () => {
  const headers = SipHeaders.of([
    ['Allow', 'INVITE,ACK , BYE,  ACK'],
    ['Supported', 'timer, 100rel'],
  ])
  normalizeLists(headers)
  expect(headers.get('Allow')).toBe('ACK, BYE, INVITE')
  expect(headers.get('Supported')).toBe('100rel, timer')
})
