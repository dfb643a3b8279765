import { expect, test } from '@jest/globals'
import { parseUri, type SipUri } from '#src/message/uri.js'
import { DialogTokens } from '#src/server/dialog-token.js'

const route = (text: string): SipUri => parseUri(text) as SipUri

test('a token belongs to one Call-ID and one secret', () => {
  const tokens = new DialogTokens('secret')
  expect(tokens.of('a')).toBe(new DialogTokens('secret').of('a'))
  expect(tokens.of('a')).not.toBe(tokens.of('b'))
  expect(tokens.of('a')).not.toBe(new DialogTokens('other').of('a'))
})

test('one of our Route values is enough: a double Record-Route carries it twice', () => {
  const tokens = new DialogTokens('secret')
  const marked = route(`sip:10.0.0.1;lr;dlg=${tokens.of('a')}`)
  const plain = route('sip:10.0.0.1;lr')
  expect(tokens.proves([plain, marked], 'a')).toBe(true)
  expect(tokens.proves([plain], 'a')).toBe(false)
  expect(tokens.proves([marked], 'b')).toBe(false)
  expect(tokens.proves([], 'a')).toBe(false)
})

test('without a secret the machine has its own, the same for every app on it', () => {
  expect(new DialogTokens().of('a')).toMatch(/^[0-9a-f]{24}$/)
})
