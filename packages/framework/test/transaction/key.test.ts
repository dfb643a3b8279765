import { expect, test } from '@jest/globals'
import { type RequestFields, request } from '#src/testing/messages.js'
import { labFlow } from '#src/testing/lab.js'
import { clientKey, isUniqueBranch, serverKey, tagFrom } from '#src/transaction/key.js'

const flow = labFlow()
const key = (method: string, fields: RequestFields = {}, from = flow) =>
  serverKey(request(method, fields), from, method, fields.toTag)
const rfc2543 = { headers: { Via: 'SIP/2.0/UDP pc33.atlanta.com' } }

test('only the magic cookie with something behind it makes a branch unique (§8.1.1.7, RFC 4475 §3.2.1)', () => {
  expect(isUniqueBranch('z9hG4bK776asdhds')).toBe(true)
  for (const branch of [undefined, '', '1', 'z9hG4bK', '776z9hG4bK776']) {
    expect(isUniqueBranch(branch)).toBe(false)
  }
})

test('branch, sent-by and method are the key; nothing else of the request counts (§17.2.3)', () => {
  expect(key('INVITE', { callId: 'another', fromTag: 'another', cseq: 2, uri: 'sip:x@y' })).toBe(
    key('INVITE'),
  )
  expect(key('INVITE', { branch: 'z9hG4bKother' })).not.toBe(key('INVITE'))
  expect(key('INVITE', { sentBy: 'UDP pc34.atlanta.com' })).not.toBe(key('INVITE'))
  expect(key('INVITE', { sentBy: 'UDP pc33.atlanta.com:5062' })).not.toBe(key('INVITE'))
  expect(key('OPTIONS')).not.toBe(key('INVITE'))
})

test('the host of sent-by is compared without case, the branch with it (§17.2.3)', () => {
  expect(key('INVITE', { sentBy: 'UDP PC33.Atlanta.COM' })).toBe(key('INVITE'))
  expect(key('INVITE', { branch: 'z9hG4bK776ASDHDS' })).not.toBe(key('INVITE'))
})

test('no branch can imitate the sent-by or the method of another key (§17.2.3)', () => {
  const quoted = key('INVITE', { branch: '"z9hG4bK1 pc33.atlanta.com: z9hG4bK776asdhds"' })
  expect(quoted).not.toBe(key('INVITE'))
})

test('without a unique branch, everything that RFC 2543 compares is in the key (§17.2.3)', () => {
  const first = key('INVITE', rfc2543)
  expect(key('INVITE', rfc2543)).toBe(first)
  const others: RequestFields[] = [
    { uri: 'sip:carol@biloxi.com' },
    { toTag: 'one' },
    { fromTag: 'another' },
    { callId: 'another' },
    { cseq: 2 },
    { headers: { Via: 'SIP/2.0/UDP pc34.atlanta.com' } },
  ]
  for (const other of others) expect(key('INVITE', { ...rfc2543, ...other })).not.toBe(first)
  expect(key('OPTIONS', rfc2543)).not.toBe(first)
  expect(key('INVITE', rfc2543, labFlow('UDP', '192.0.2.5'))).not.toBe(first)
})

test('the CANCEL that we send has a key beside that of its INVITE (§9.1, §17.1.3)', () => {
  expect(clientKey('z9hG4bK1', 'CANCEL')).not.toBe(clientKey('z9hG4bK1', 'INVITE'))
  expect(clientKey('z9hG4bK1', 'INVITE')).toBe('z9hG4bK1')
})

test('a tag from a key is the same every time, a token, and another for another key (§19.3)', () => {
  expect(tagFrom('CANCEL a: z9hG4bK1')).toBe(tagFrom('CANCEL a: z9hG4bK1'))
  const tags = Array.from({ length: 10_000 }, (_, index) => tagFrom(`CANCEL a: z9hG4bK${index}`))
  expect(new Set(tags).size).toBe(10_000)
  for (const tag of tags) expect(tag).toMatch(/^[0-9a-z]{4,14}$/)
})
