import { expect, test } from '@jest/globals'
import { parseUri, type SipUri } from '#src/message/uri.js'
import { DialogTokens } from '#src/server/dialog-token.js'

const route = (text: string): SipUri => parseUri(text) as SipUri
const tokens = new DialogTokens('secret')
const invite = { callId: 'a', fromTag: 'caller' }
const fromCaller = { ...invite, toTag: 'callee' }
const fromCallee = { callId: 'a', fromTag: 'callee', toTag: 'caller' }
const routeWith = (token: string): SipUri => route(`sip:10.0.0.1;lr;dlg=${token}`)

test('a token belongs to one Call-ID, one caller, one mark and one secret', () => {
  const token = tokens.of(invite, 'm')
  expect(new DialogTokens('secret').of(invite, 'm')).toBe(token)
  expect(new DialogTokens('other').of(invite, 'm')).not.toBe(token)
  expect(tokens.of({ ...invite, callId: 'b' }, 'm')).not.toBe(token)
  expect(tokens.of({ ...invite, fromTag: 'another' }, 'm')).not.toBe(token)
  expect(tokens.of(invite, 'n').slice(0, 24)).not.toBe(token.slice(0, 24))
  expect(tokens.of(invite)).toMatch(/^[0-9a-f]{24}$/)
})

test('both sides of the dialog prove it, and bring the mark back; a stranger’s tags do not', () => {
  const taken = [routeWith(tokens.of(invite, 'Mark-1_x'))]
  expect(tokens.proven(taken, fromCaller)).toEqual(['Mark-1_x'])
  expect(tokens.proven(taken, fromCallee)).toEqual(['Mark-1_x'])
  expect(tokens.proven(taken, { ...fromCaller, fromTag: 'x' })).toBeUndefined()
  expect(tokens.proven(taken, { ...fromCaller, callId: 'b' })).toBeUndefined()
})

test.each([
  ['another mark under the same signature', (token: string) => `${token.slice(0, 24)}.other`],
  ['the mark cut off', (token: string) => token.slice(0, 24)],
  ['a mark that never was', (token: string) => `${token}.x`],
  ['too little', (token: string) => token.slice(0, 23)],
])('%s proves nothing', (_, forge) => {
  expect(tokens.proven([routeWith(forge(tokens.of(invite, 'mark')))], fromCaller)).toBeUndefined()
})

test('one of our Route values is enough: a double Record-Route carries it twice, a spiral has two marks', () => {
  const [first, second] = [routeWith(tokens.of(invite, 'x')), routeWith(tokens.of(invite, 'y'))]
  const plain = route('sip:10.0.0.1;lr')
  expect(tokens.proven([plain, first], fromCaller)).toEqual(['x'])
  expect(tokens.proven([first, first], fromCaller)).toEqual(['x'])
  expect(tokens.proven([first, first, second], fromCaller)).toEqual(['x', 'y'])
  expect(tokens.proven([routeWith(tokens.of(invite))], fromCaller)).toEqual([])
  expect(tokens.proven([plain], fromCaller)).toBeUndefined()
  expect(tokens.proven([], fromCaller)).toBeUndefined()
})

test('a mark that could not stand in a URI parameter is refused', () => {
  for (const mark of ['a;b', 'a b', '<', 'x'.repeat(65)]) {
    expect(() => tokens.of(invite, mark)).toThrow('mark')
  }
})

test('without a secret the machine has its own, the same for every app on it', () => {
  expect(new DialogTokens().of(invite)).toMatch(/^[0-9a-f]{24}$/)
})

test('each purpose has a secret of its own', () => {
  expect(tokens.secretFor('a')).toBe(new DialogTokens('secret').secretFor('a'))
  expect(tokens.secretFor('a')).not.toBe(tokens.secretFor('b'))
})

test('a connection is named for the requests of its dialog alone, in this process alone (RFC 5626 §5.3)', () => {
  const text = tokens.flowOf(invite, 7)
  expect(text).toMatch(/^7\.[0-9a-f]{24}$/)
  expect(tokens.provenFlow(text, fromCaller)).toBe(7)
  const fromCallee = { ...fromCaller, fromTag: fromCaller.toTag, toTag: fromCaller.fromTag }
  expect(tokens.provenFlow(text, fromCallee)).toBe(7)
  expect(tokens.provenFlow(text, { ...fromCaller, callId: 'other' })).toBeUndefined()
  expect(tokens.provenFlow(text.replace('7.', '8.'), fromCaller)).toBeUndefined()
  expect(new DialogTokens('secret').provenFlow(text, fromCaller)).toBeUndefined()
  for (const odd of ['', '7', '7.', `-1.${'a'.repeat(24)}`, tokens.of(invite, 'flow')]) {
    expect(tokens.provenFlow(odd, fromCaller)).toBeUndefined()
  }
})
