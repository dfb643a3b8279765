import { expect, test } from '@jest/globals'
import { SipError } from '#src/errors.js'
import { ClientLab } from '#src/testing/lab.js'
import { inviteClientMachine } from '#src/transaction/invite-client.js'
import { testShape } from './shape.js'

const over = (transport: string) => new ClientLab('INVITE', transport)
const refused = () => new SipError('SIPW_ERR_MALFORMED_HEADER', ['x', 'y'])
const inviteLine = 'INVITE sip:bob@biloxi.com SIP/2.0'
const ackLine = 'ACK sip:bob@biloxi.com SIP/2.0'

testShape(inviteClientMachine)

test('over UDP the INVITE is resent at intervals that double from T1 until Timer B (§17.1.1.2)', () => {
  const call = over('UDP')
  call.advance(60_000)
  expect(call.at('send')).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500, 31_500])
  expect(call.at('timeout')).toEqual([32_000])
  expect(call.at('ended')).toEqual([32_000])
  expect(call.tx.state).toBe('terminated')
})

test('every retransmission is the same bytes (§17.1.1.2)', () => {
  const call = over('UDP')
  call.advance(60_000)
  expect(new Set(call.all('sendRequest').map(({ text }) => text)).size).toBe(1)
})

test('over a reliable transport the INVITE is sent once, and Timer B still bounds the wait (§17.1.1.2)', () => {
  const call = over('TCP')
  call.advance(60_000)
  expect(call.at('send')).toEqual([0])
  expect(call.at('timeout')).toEqual([32_000])
})

test('T1 scales Timers A and B (§17.1.1.2, table 4)', () => {
  const call = new ClientLab('INVITE', 'UDP', { t1: 100 })
  call.advance(60_000)
  expect(call.at('send')).toEqual([0, 100, 300, 700, 1_500, 3_100, 6_300])
  expect(call.at('timeout')).toEqual([6_400])
})

test('a provisional response stops Timers A and B: a phone may ring for an hour (§17.1.1.2)', () => {
  const call = over('UDP')
  call.receive(180)
  call.advance(3_600_000)
  expect(call.at('send')).toEqual([0])
  expect(call.at('timeout')).toEqual([])
  expect(call.tx.state).toBe('proceeding')
})

test('every provisional response goes to the transaction user (§17.1.1.2)', () => {
  const call = over('UDP')
  for (const status of [100, 180, 183, 180]) call.receive(status)
  expect(call.all('response').map(({ response }) => response.status)).toEqual([100, 180, 183, 180])
})

for (const state of ['calling', 'proceeding']) {
  test(`a 2xx in ${state} is delivered, not acknowledged, and leads to Accepted (RFC 6026 §7.2)`, () => {
    const call = over('UDP')
    if (state === 'proceeding') call.receive(100)
    call.receive(200)
    expect(call.tx.state).toBe('accepted')
    expect(call.sent).toEqual([inviteLine])
  })

  test(`a 300-699 in ${state} is acknowledged and delivered, and leads to Completed (§17.1.1.2)`, () => {
    const call = over('UDP')
    if (state === 'proceeding') call.receive(100)
    expect(call.receive(486).map(({ kind }) => kind)).toEqual(['sendRequest', 'response'])
    expect(call.tx.state).toBe('completed')
    expect(call.sent).toEqual([inviteLine, ackLine])
  })
}

test('in Accepted every 2xx is delivered, of another fork too, until Timer M (RFC 6026 §8.4)', () => {
  for (const transport of ['UDP', 'TCP']) {
    const call = over(transport)
    call.receive(200)
    call.advance(31_999)
    call.receive(200)
    expect(call.at('response')).toEqual([0, 31_999])
    expect(call.at('ended')).toEqual([])
    call.advance(1)
    expect(call.at('ended')).toEqual([32_000])
    call.receive(200)
    expect(call.at('stray')).toEqual([32_000])
  }
})

test('in Accepted neither a provisional nor a failure is delivered (RFC 6026 §7.2)', () => {
  const call = over('UDP')
  call.receive(200)
  expect(call.receive(180)).toEqual([])
  expect(call.receive(486)).toEqual([])
})

test('in Completed a retransmitted failure is acknowledged again and not delivered (§17.1.1.2)', () => {
  const call = over('UDP')
  call.receive(486)
  call.advance(500)
  expect(call.receive(486).map(({ kind }) => kind)).toEqual(['sendRequest'])
  expect(call.sent).toEqual([inviteLine, ackLine, ackLine])
  expect(call.receive(200)).toEqual([])
})

test('Timer D keeps Completed for 64·T1 over UDP, and for nothing over TCP (§17.1.1.2)', () => {
  const slow = over('UDP')
  slow.receive(486)
  slow.advance(60_000)
  expect(slow.at('ended')).toEqual([32_000])
  const fast = over('TCP')
  expect(fast.receive(486).map(({ kind }) => kind)).toEqual(['sendRequest', 'response', 'ended'])
  expect(fast.tx.state).toBe('terminated')
})

test('the ACK repeats Request-URI, Via, From, Call-ID and CSeq number, and takes To from the response (§17.1.1.3)', () => {
  const call = over('UDP')
  call.receive(486)
  const ack = call.all('sendRequest')[1]?.text ?? ''
  for (const line of [
    'Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bK776asdhds\r\n',
    'From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\n',
    'To: Bob <sip:bob@biloxi.com>;tag=a6c85cf\r\n',
    'Call-ID: a84b4c76e66710@pc33.atlanta.com\r\n',
    'CSeq: 314159 ACK\r\n',
  ]) {
    expect(ack).toContain(line)
  }
})

test('a transport error in Calling is reported and ends the transaction (§17.1.4)', () => {
  const call = over('UDP')
  expect(call.failToSend(refused()).map(({ kind }) => kind)).toEqual(['transportError', 'ended'])
})

test('an ACK that cannot be sent ends the transaction; the final response has been told already (§17.1.1.2)', () => {
  const call = over('UDP')
  call.receive(486)
  expect(call.failToSend(refused()).map(({ kind }) => kind)).toEqual(['ended'])
})

test('in Proceeding and Accepted the figure knows no transport error (§17.1.1, Figure 5)', () => {
  const call = over('UDP')
  call.receive(180)
  expect(call.failToSend(refused())).toEqual([])
  call.receive(200)
  expect(call.failToSend(refused())).toEqual([])
})

test('an abandoned INVITE is not resent and ends at Timer B without a timeout (RFC 3263 §4.3)', () => {
  const call = over('UDP')
  call.advance(2_000)
  expect(call.abandon()).toEqual([])
  call.advance(60_000)
  expect(call.at('send')).toEqual([0, 500, 1_500])
  expect(call.at('timeout')).toEqual([])
  expect(call.at('ended')).toEqual([32_000])
})

test('a late response to an abandoned INVITE is delivered, and a failure acknowledged (§16.8)', () => {
  const accepted = over('UDP')
  accepted.abandon()
  accepted.advance(10_000)
  accepted.receive(180)
  accepted.receive(200)
  expect(accepted.all('response').map(({ response }) => response.status)).toEqual([180, 200])
  expect(accepted.tx.state).toBe('accepted')
  const failed = over('UDP')
  failed.abandon()
  failed.receive(503)
  expect(failed.sent).toEqual([inviteLine, ackLine])
  expect(failed.tx.state).toBe('completed')
})

test('a cancelled INVITE that is given up in Proceeding ends 64·T1 later (§9.1)', () => {
  const call = over('UDP')
  call.receive(180)
  call.advance(100_000)
  call.abandon()
  call.advance(60_000)
  expect(call.at('timeout')).toEqual([])
  expect(call.at('ended')).toEqual([132_000])
})

test('an abandoned INVITE that cannot be sent ends without a word (§17.1.4)', () => {
  const call = over('UDP')
  call.abandon()
  expect(call.failToSend(refused()).map(({ kind }) => kind)).toEqual(['ended'])
})
