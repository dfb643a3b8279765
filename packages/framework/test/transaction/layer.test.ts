import { expect, test } from '@jest/globals'
import { SipError } from '#src/errors.js'
import { SipHeaders } from '#src/message/headers.js'
import { cancelFor, SipRequest, SipResponse } from '#src/message/message.js'
import { parseMessage } from '#src/message/parse.js'
import { ClientLab, Lab, labFlow, labHop, ServerLab } from '#src/testing/lab.js'
import { answer, request, type RequestFields } from '#src/testing/messages.js'
import { type TransactionEffect } from '#src/transaction/layer.js'

const kinds = (effects: readonly TransactionEffect[]) => effects.map(({ kind }) => kind)
const refused = new SipError('SIPW_ERR_MALFORMED_HEADER', ['x', 'y'])
const unreliable = { reliable: false, user: undefined }
const rfc2543: RequestFields = { headers: { Via: 'SIP/2.0/UDP pc33.atlanta.com' } }

/** The To tag of a message as it left. */
function toTagOf(text: string | undefined): string | undefined {
  const message = parseMessage(text ?? '')
  if (message.kind === 'malformed') throw message.error
  return message.toTag
}

// Requests and ACK: §17.2.3

test('a new request goes to the transaction user once, its retransmissions never (§17.2.3)', () => {
  const lab = new Lab()
  for (let copies = 0; copies < 3; copies++) {
    lab.take(lab.layer.receiveRequest(request('OPTIONS'), labFlow(), lab.now))
  }
  expect(lab.at('request')).toEqual([0])
  expect(lab.layer.servers).toBe(1)
})

test('INVITE and OPTIONS with one branch are two transactions (§17.2.3)', () => {
  const lab = new Lab()
  lab.take(lab.layer.receiveRequest(request('INVITE'), labFlow(), 0))
  lab.take(lab.layer.receiveRequest(request('OPTIONS'), labFlow(), 0))
  expect(lab.all('request').map(({ transaction }) => transaction.kind)).toEqual([
    'invite-server',
    'non-invite-server',
  ])
})

test('a retransmission by another flow is answered on the first one (§17.2.3)', () => {
  const call = new ServerLab('INVITE')
  call.respond(180)
  call.receive('INVITE', {}, labFlow('UDP', '192.0.2.99'))
  expect(call.all('sendResponse')).toHaveLength(2)
  expect(call.all('sendResponse')[1]?.transaction.flow).toBe(call.flow)
})

test('the ACK of a failure carries the branch of the INVITE and ends here (§17.1.1.3)', () => {
  const call = new ServerLab('INVITE')
  call.respond(404)
  expect(call.receive('ACK')).toEqual([])
  expect(call.tx.state).toBe('confirmed')
})

test('an ACK with a branch of its own is the one for a 2xx: it goes to the transaction user (§13.2.2.4)', () => {
  const call = new ServerLab('INVITE')
  call.respond(200)
  const [effect] = call.receive('ACK', { branch: 'z9hG4bKown' })
  expect(effect).toMatchObject({ kind: 'ack', flow: call.flow, request: { method: 'ACK' } })
  expect(call.layer.servers).toBe(1)
})

test('an ACK never makes a transaction, whatever its branch (§17.2)', () => {
  const lab = new Lab()
  expect(kinds(lab.layer.receiveRequest(request('ACK'), labFlow(), 0))).toEqual(['ack'])
  expect(lab.layer.servers).toBe(0)
})

test('an ACK with another sent-by does not end the retransmissions (§17.2.3)', () => {
  const call = new ServerLab('INVITE')
  call.respond(404)
  call.receive('ACK', { sentBy: 'UDP evil.example.com' })
  expect(call.tx.state).toBe('completed')
})

// RFC 2543

test('a request without a branch is matched by what RFC 2543 compares (§17.2.3)', () => {
  const call = new ServerLab('INVITE', 'UDP', {}, rfc2543)
  call.respond(180)
  expect(kinds(call.receive())).toEqual(['sendResponse'])
  expect(kinds(call.receive('INVITE', { cseq: 314160 }))).toEqual(['request'])
  expect(kinds(call.receive('INVITE', { toTag: 'other' }))).toEqual(['request'])
})

test('two callers with the bare cookie as branch are never merged (RFC 4475 §3.2.1)', () => {
  const bare = { branch: 'z9hG4bK' }
  const call = new ServerLab('INVITE', 'UDP', {}, bare)
  expect(kinds(call.receive('INVITE', { callId: 'another' }))).toEqual(['request'])
  expect(kinds(call.receive('INVITE', {}, labFlow('UDP', '192.0.2.5')))).toEqual(['request'])
  expect(call.receive()).toEqual([])
  expect(call.layer.servers).toBe(3)
})

test('an RFC 2543 ACK must carry the To tag of the response (§17.2.3)', () => {
  const call = new ServerLab('INVITE', 'UDP', {}, rfc2543)
  call.respond(486)
  expect(kinds(call.receive('ACK', { toTag: 'wrong' }))).toEqual(['ack'])
  expect(call.tx.state).toBe('completed')
  expect(call.receive('ACK', { toTag: 'a6c85cf' })).toEqual([])
  expect(call.tx.state).toBe('confirmed')
})

test('a final response that was discarded does not change the To tag that the ACK must carry (§17.2.3)', () => {
  const call = new ServerLab('INVITE', 'UDP', {}, rfc2543)
  call.respond(486)
  call.layer.respond(call.tx, answer(call.request, 503, { toTag: 'late' }), call.now)
  expect(call.receive('ACK', { toTag: 'a6c85cf' })).toEqual([])
  expect(call.tx.state).toBe('confirmed')
})

test('an RFC 2543 ACK of a failed re-INVITE is matched: both carry the To tag (§17.2.3)', () => {
  const call = new ServerLab('INVITE', 'UDP', {}, { ...rfc2543, toTag: 'a6c85cf' })
  call.respond(488)
  expect(call.receive('ACK')).toEqual([])
  expect(call.tx.state).toBe('confirmed')
})

test('an RFC 2543 ACK of a 2xx comes in the INVITE’s key and goes to the transaction user (RFC 6026 §7.1)', () => {
  const call = new ServerLab('INVITE', 'UDP', {}, rfc2543)
  call.respond(200)
  expect(kinds(call.receive('ACK', { toTag: 'a6c85cf' }))).toEqual(['ack'])
})

test('an RFC 2543 CANCEL finds its INVITE (§9.2)', () => {
  const call = new ServerLab('INVITE', 'UDP', {}, rfc2543)
  call.respond(180)
  expect(kinds(call.receive('CANCEL'))).toEqual(['sendResponse', 'cancel'])
})

// CANCEL: §9.2

for (const status of [undefined, 100, 180]) {
  test(`a CANCEL after ${status ?? 'nothing'} is answered 200 and reaches the transaction user (§9.2)`, () => {
    const call = new ServerLab('INVITE')
    if (status !== undefined) call.respond(status)
    const effects = call.receive('CANCEL')
    expect(kinds(effects)).toEqual(['sendResponse', 'cancel'])
    expect(effects[1]).toMatchObject({ transaction: call.tx, cancel: { method: 'CANCEL' } })
    expect(call.sent.at(-1)).toBe('SIP/2.0 200 OK')
    expect(call.at('request')).toEqual([0])
  })
}

for (const status of [200, 486]) {
  test(`a CANCEL after a ${status} is answered 200 and has no other effect (§9.2)`, () => {
    const call = new ServerLab('INVITE')
    call.respond(status)
    expect(kinds(call.receive('CANCEL'))).toEqual(['sendResponse'])
    expect(call.sent.at(-1)).toBe('SIP/2.0 200 OK')
  })
}

test('a CANCEL without an INVITE is answered 481 (§9.2)', () => {
  const lab = new Lab()
  lab.take(lab.layer.receiveRequest(request('CANCEL'), labFlow(), 0))
  expect(lab.sent).toEqual(['SIP/2.0 481 Call/Transaction Does Not Exist'])
  expect(lab.at('request')).toEqual([])
})

test('a CANCEL with another branch or sent-by than its INVITE is answered 481 (§9.2, §17.2.3)', () => {
  const call = new ServerLab('INVITE')
  call.respond(180)
  expect(kinds(call.receive('CANCEL', { branch: 'z9hG4bKguess' }))).toEqual(['sendResponse'])
  expect(kinds(call.receive('CANCEL', { sentBy: 'UDP evil.example.com' }))).toEqual([
    'sendResponse',
  ])
  expect(call.sent.slice(1).every((line) => line.startsWith('SIP/2.0 481 '))).toBe(true)
})

test('a CANCEL from another address than its INVITE is answered 481, and the call lives (§22.1)', () => {
  const call = new ServerLab('INVITE')
  call.respond(180)
  const elsewhere = labFlow('UDP', '192.0.2.66')
  expect(kinds(call.receive('CANCEL', {}, elsewhere))).toEqual(['sendResponse'])
  expect(call.sent.at(-1)).toContain(' 481 ')
  expect(call.tx.state).toBe('proceeding')
})

test('a retransmitted CANCEL gets the same answer and reaches the transaction user once (§9.2)', () => {
  const call = new ServerLab('INVITE')
  call.respond(180)
  call.receive('CANCEL')
  call.advance(500)
  expect(kinds(call.receive('CANCEL'))).toEqual(['sendResponse'])
  const [first, second] = call.all('sendResponse').slice(1)
  expect(second?.text).toBe(first?.text)
  expect(call.at('cancel')).toEqual([0])
})

test('the 200 to a CANCEL carries the To tag of the INVITE’s responses (§9.2)', () => {
  const call = new ServerLab('INVITE')
  call.respond(180)
  call.receive('CANCEL')
  expect(toTagOf(call.all('sendResponse')[1]?.text)).toBe('a6c85cf')
})

test('before the INVITE has a To tag, the answer to a CANCEL gets one of its own (§8.2.6.2)', () => {
  const call = new ServerLab('INVITE')
  call.respond(100)
  call.receive('CANCEL')
  expect(toTagOf(call.all('sendResponse')[1]?.text)).toMatch(/^[0-9a-z]+$/)
})

test('the CANCEL of a re-INVITE is answered with the dialog’s To tag (§9.2)', () => {
  const call = new ServerLab('INVITE', 'UDP', {}, { toTag: 'dialog' })
  call.receive('CANCEL')
  expect(toTagOf(call.all('sendResponse')[0]?.text)).toBe('dialog')
})

test('a CANCEL’s transaction ends like any non-INVITE one (§17.2.2)', () => {
  const lab = new Lab()
  lab.take(lab.layer.receiveRequest(request('CANCEL'), labFlow(), 0))
  lab.advance(32_000)
  expect(lab.layer.servers).toBe(0)
  const stream = new Lab()
  const effects = stream.layer.receiveRequest(request('CANCEL'), labFlow('TCP'), 0)
  expect(kinds(effects)).toEqual(['sendResponse', 'ended'])
})

// Responses: §17.1.3

test('a response matches by branch and CSeq method (§17.1.3)', () => {
  const call = new ClientLab('INVITE')
  const other = answer(request('INVITE', { branch: 'z9hG4bKother' }), 200)
  expect(kinds(call.layer.receiveResponse(other, call.flow, 0))).toEqual(['stray'])
  const bye = answer(request('BYE'), 200)
  expect(kinds(call.layer.receiveResponse(bye, call.flow, 0))).toEqual(['stray'])
  expect(kinds(call.receive(200))).toEqual(['response'])
})

test('the responses to a CANCEL and to its INVITE are told apart by CSeq method (§17.1.3)', () => {
  const call = new ClientLab('INVITE')
  call.receive(180)
  const cancel = cancelFor(call.request)
  call.take(call.layer.send(cancel, call.tx.hop, unreliable, 0))
  expect(call.layer.clients).toBe(2)
  call.take(call.layer.receiveResponse(answer(cancel, 200), call.flow, 0))
  expect(call.tx.state).toBe('proceeding')
  call.receive(487)
  expect(call.tx.state).toBe('completed')
  expect(call.all('response').map(({ response }) => response.cseq.method)).toEqual([
    'INVITE',
    'CANCEL',
    'INVITE',
  ])
})

test('a response from another address than the request went to is stray: it proves nothing (§18.1.2)', () => {
  for (const transport of ['UDP', 'TCP']) {
    const call = new ClientLab('INVITE', transport)
    expect(kinds(call.receive(200, labFlow(transport, '192.0.2.66')))).toEqual(['stray'])
    expect(call.tx.state).toBe('calling')
  }
})

test('a response may come by another port or connection of the same address (§18.2.2)', () => {
  const call = new ClientLab('INVITE', 'TCP')
  const flow = { ...call.flow, remotePort: 40_000, connection: 7 }
  expect(kinds(call.receive(200, flow))).toEqual(['response'])
})

test('a response without transaction is stray, a 2xx too: it is never forwarded (RFC 6026 §8.9)', () => {
  const lab = new Lab()
  const response = answer(request('INVITE'), 200)
  const flow = labFlow()
  expect(lab.layer.receiveResponse(response, flow, 0)).toEqual([{ kind: 'stray', response, flow }])
})

test('what is hung on a client transaction is there with its first effect', () => {
  const lab = new Lab()
  const user = { branch: 1 }
  const [effect] = lab.layer.send(request('OPTIONS'), labHop(), { reliable: true, user }, 0)
  expect(effect).toMatchObject({ kind: 'sendRequest', transaction: { user, reliable: true } })
})

// A hop that cannot be reached: §16.9

test('when a hop fails, every transaction to it that has heard nothing fails, and no other (§16.9)', () => {
  const lab = new Lab()
  const send = (method: string, branch: string, address: string) =>
    lab.take(lab.layer.send(request(method, { branch }), labHop('UDP', address), unreliable, 0))
  send('INVITE', 'z9hG4bK1', '192.0.2.8')
  send('OPTIONS', 'z9hG4bK2', '192.0.2.8')
  send('INVITE', 'z9hG4bK3', '192.0.2.9')
  send('OPTIONS', 'z9hG4bK4', '192.0.2.8')
  expect(lab.layer.unheard).toBe(4)
  const heard = answer(request('OPTIONS', { branch: 'z9hG4bK4' }), 100)
  lab.take(lab.layer.receiveResponse(heard, labFlow('UDP', '192.0.2.8'), 0))
  expect(lab.layer.unheard).toBe(3)
  const effects = lab.take(lab.layer.hopFailed('UDP:192.0.2.8:5060', refused, 0))
  expect(kinds(effects)).toEqual(['transportError', 'ended', 'transportError', 'ended'])
  expect(lab.layer.clients).toBe(2)
  expect(lab.layer.hopFailed('UDP:192.0.2.8:5060', refused, 0)).toEqual([])
})

test('a response from the wrong address does not take a transaction out of those who wait (§16.9)', () => {
  const call = new ClientLab('INVITE')
  call.receive(100, labFlow('UDP', '192.0.2.66'))
  const effects = call.layer.hopFailed(call.tx.hop.key, refused, 0)
  expect(kinds(effects)).toEqual(['transportError', 'ended'])
})

test('an abandoned transaction to a failed hop ends without a word (§16.9)', () => {
  const call = new ClientLab('INVITE')
  call.abandon()
  expect(kinds(call.layer.hopFailed(call.tx.hop.key, refused, 0))).toEqual(['ended'])
})

test('one that timed out is no longer among those who wait (§16.8)', () => {
  const call = new ClientLab('INVITE')
  call.advance(32_000)
  expect(call.layer.unheard).toBe(0)
  expect(call.layer.hopFailed(call.tx.hop.key, refused, call.now)).toEqual([])
})

// Limits

/** A layer with room for two, and requests that are all different. */
function crowded() {
  const lab = new Lab({}, 2)
  let count = 0
  const come = (method: string, fields: RequestFields = {}) =>
    kinds(
      lab.take(
        lab.layer.receiveRequest(
          request(method, { branch: `z9hG4bK${count++}`, ...fields }),
          labFlow(),
          lab.now,
        ),
      ),
    )
  come('INVITE', { branch: 'z9hG4bKfirst' })
  come('INVITE')
  return { lab, come }
}

test('with the table full, a new request outside a dialog yields overload and no transaction (§21.5.4)', () => {
  const { lab, come } = crowded()
  expect(come('INVITE')).toEqual(['overload'])
  expect(come('OPTIONS')).toEqual(['overload'])
  expect(lab.layer.servers).toBe(2)
})

test('with the table full, retransmissions, CANCEL and ACK still find their INVITE (§17.2.3)', () => {
  const { come, lab } = crowded()
  expect(come('INVITE', { branch: 'z9hG4bKfirst' })).toEqual([])
  expect(come('CANCEL', { branch: 'z9hG4bKfirst' })).toEqual(['sendResponse', 'cancel'])
  const invite = lab.all('request')[0]!.transaction
  lab.take(lab.layer.respond(invite, answer(invite.request!, 487), 0))
  expect(come('ACK', { branch: 'z9hG4bKfirst' })).toEqual([])
  expect(invite.state).toBe('confirmed')
})

test('requests within a dialog pass a full table up to twice its size, strangers’ CANCELs never', () => {
  const { lab, come } = crowded()
  expect(come('CANCEL')).toEqual(['overload'])
  expect(come('BYE', { toTag: 'dialog' })).toEqual(['request'])
  expect(come('BYE', { toTag: 'dialog' })).toEqual(['request'])
  expect(come('BYE', { toTag: 'dialog' })).toEqual(['overload'])
  expect(lab.layer.servers).toBe(4)
  expect(come('CANCEL', { branch: 'z9hG4bKfirst' })).toEqual(['sendResponse', 'cancel'])
})

// What strangers send

test('a message without the fields that name its transaction has no effect', () => {
  const lab = new Lab()
  const nothingInIt = () => SipHeaders.of([])
  for (const method of ['INVITE', 'ACK', 'CANCEL', 'OPTIONS']) {
    const broken = new SipRequest(method, 'sip:x', nothingInIt())
    expect(lab.layer.receiveRequest(broken, labFlow(), 0)).toEqual([])
  }
  const broken = new SipResponse(200, 'OK', nothingInIt())
  expect(lab.layer.receiveResponse(broken, labFlow(), 0)).toEqual([])
  expect([lab.layer.servers, lab.layer.clients, lab.deadlines.size]).toEqual([0, 0, 0])
})

test('names of Object’s own properties are keys like any other', () => {
  const lab = new Lab()
  for (const method of ['__proto__', 'constructor', 'toString']) {
    const effects = lab.layer.receiveRequest(request(method), labFlow(), 0)
    expect(kinds(effects)).toEqual(['request'])
  }
  expect(lab.layer.servers).toBe(3)
})

test('two client transactions with one branch do not disturb each other’s end', () => {
  const lab = new Lab()
  const send = () => lab.take(lab.layer.send(request('OPTIONS'), labHop(), unreliable, lab.now))
  send()
  lab.advance(1_000)
  send()
  lab.advance(100_000)
  expect(lab.at('ended')).toEqual([32_000, 33_000])
  expect([lab.layer.clients, lab.deadlines.size]).toEqual([0, 0])
})

test('inputs to a transaction that is over have no effect', () => {
  const call = new ClientLab('INVITE')
  call.advance(32_000)
  expect(call.abandon()).toEqual([])
  expect(call.failToSend(refused)).toEqual([])
  expect(call.layer.runTimers(call.tx, call.now)).toEqual([])
})

test('a request that comes once more while its transaction is alive is counted', () => {
  const lab = new ServerLab('INVITE')
  expect(lab.layer.repeated).toBe(0)
  lab.receive()
  lab.receive()
  expect(lab.layer.repeated).toBe(2)
})
