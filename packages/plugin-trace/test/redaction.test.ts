import { expect, test } from '@jest/globals'
import { redacted } from '#src/redaction.js'

const lines = (...all: string[]): string => all.join('\r\n')

test('answers to a challenge and nonces are hidden, who answers is not (RFC 7616 §3.4)', () => {
  const text = lines(
    'INVITE sip:bob@example.com SIP/2.0',
    'Proxy-Authorization: Digest username="alice", realm="r", nonce="abc", ',
    '  uri="sip:x", response="0123456789abcdef", cnonce=qq, qop=auth',
    'Authorization: Basic YWxpY2U6cHc=',
    'Content-Length: 0',
    '',
    '',
  )
  const shown = redacted(text)
  expect(shown).toHaveLength(text.length)
  expect(shown).toContain('username="alice", realm="r", nonce="xxx"')
  expect(shown).toContain('response="xxxxxxxxxxxxxxxx", cnonce=xx, qop=auth')
  expect(shown).toContain('Authorization: Basic xxxxxxxxxxxx')
})

test('keys of media and passwords in URIs are hidden (RFC 4568 §6, RFC 8839 §5.4)', () => {
  const text = lines(
    'INVITE sip:bob:secret@example.com:5061 SIP/2.0',
    'Content-Type: application/sdp',
    '',
    'c=IN IP4 192.0.2.1',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3|2^20',
    'a=ice-pwd:asd88fgpdd777uzjYhagZg',
    '',
  )
  const shown = redacted(text)
  expect(shown).toHaveLength(text.length)
  expect(shown).toMatch(/^INVITE sip:bob:xxxxxx@example.com:5061/)
  expect(shown).toContain('c=IN IP4 192.0.2.1')
  expect(shown).toContain('inline:xxxx')
  expect(shown).toContain('a=ice-pwd:xxxx')
  expect(shown).not.toMatch(/d0Rm|asd88/)
})

test('digits that a caller types are hidden in either form of INFO (RFC 6086)', () => {
  const relay = lines(
    'INFO sip:b SIP/2.0',
    'Content-Type: application/dtmf-relay',
    '',
    'Signal= 5',
    'Duration= 160',
  )
  expect(redacted(relay)).toMatch(/Signal= x\r\nDuration= 160$/)
  const bare = lines('INFO sip:b SIP/2.0', 'Content-Type: application/dtmf', '', '7')
  expect(redacted(bare)).toMatch(/\r\n\r\nx$/)
})
