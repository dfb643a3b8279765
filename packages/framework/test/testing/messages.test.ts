import { expect, test } from '@jest/globals'
import { parseMessage } from '#src/message/parse.js'
import { serialize } from '#src/message/serialize.js'
import {
  ack,
  bye,
  cancel,
  invite,
  message,
  ok,
  options,
  register,
  request,
  ringing,
  trying,
} from '#src/testing/messages.js'

const examples = {
  invite: invite(),
  ack: ack(),
  bye: bye(),
  cancel: cancel(),
  register: register(),
  options: options(),
  message: message(),
  'any method': request('SUBSCRIBE', { headers: { Event: 'presence' } }),
  trying: trying(invite()),
  ringing: ringing(invite()),
  ok: ok(invite(), { body: 'v=0\r\n' }),
}

for (const [name, example] of Object.entries(examples)) {
  test(`the example ${name} is a message that we accept`, () => {
    const text = serialize(example)
    const parsed = parseMessage(text)
    if (parsed.kind === 'malformed') throw parsed.error
    expect(serialize(parsed)).toBe(text)
  })
}

test('fields replace those of the example', () => {
  const built = invite({
    uri: 'sip:carol@chicago.com',
    callId: 'c',
    fromTag: 'f',
    toTag: 't',
    branch: 'z9hG4bKb',
    sentBy: 'TCP [2001:db8::1]:5070',
    cseq: 7,
    maxForwards: 3,
    headers: { 'X-A': '1', Contact: '<sip:x>' },
    body: 'b',
  })
  expect(built).toMatchObject({
    uri: 'sip:carol@chicago.com',
    callId: 'c',
    fromTag: 'f',
    toTag: 't',
  })
  expect(built.via).toMatchObject({ transport: 'TCP', host: '2001:db8::1', port: 5070 })
  expect(built).toMatchObject({ maxForwards: 3, cseq: { number: 7, method: 'INVITE' }, body: 'b' })
  expect(built.headers.getAll('Contact')).toEqual(['<sip:x>'])
})

test('CANCEL and INVITE of the same fields are of one transaction (§9.1)', () => {
  expect(cancel().via.branch).toBe(invite().via.branch)
  expect(cancel().cseq.number).toBe(invite().cseq.number)
})
