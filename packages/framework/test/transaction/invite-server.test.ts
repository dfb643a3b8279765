import { expect, test } from '@jest/globals'
import { ServerLab } from '#src/testing/lab.js'
import { inviteServerMachine } from '#src/transaction/invite-server.js'
import { testShape } from './shape.js'

const over = (transport: string) => new ServerLab('INVITE', transport)

testShape(inviteServerMachine)

test('100 Trying is sent when the transaction user has said nothing for 200 ms (§17.2.1)', () => {
  const call = over('UDP')
  call.advance(199)
  expect(call.sent).toEqual([])
  call.advance(10_000)
  expect(call.sent).toEqual(['SIP/2.0 100 Trying'])
  expect(call.at('send')).toEqual([200])
})

test('100 Trying is not sent when the transaction user has answered (§17.2.1)', () => {
  for (const status of [100, 180, 200, 486]) {
    const call = over('TCP')
    call.advance(150)
    call.respond(status)
    call.advance(1_000)
    expect(call.at('send')).toEqual([150])
  }
})

test('a retransmitted INVITE never reaches the transaction user twice (§17.2.1)', () => {
  const call = over('UDP')
  call.receive()
  call.respond(180)
  call.receive()
  call.respond(486)
  call.receive()
  call.receive('ACK')
  call.receive()
  expect(call.at('request')).toEqual([0])
})

test('a retransmitted INVITE gets the last provisional response again (§17.2.1)', () => {
  const call = over('UDP')
  call.receive()
  expect(call.sent).toEqual([])
  call.respond(180)
  call.respond(183)
  call.receive()
  expect(call.sent).toEqual([
    'SIP/2.0 180 Ringing',
    'SIP/2.0 183 Session Progress',
    'SIP/2.0 183 Session Progress',
  ])
})

test('a phone may ring for an hour: Proceeding has no timer (§17.2.1)', () => {
  const call = over('UDP')
  call.respond(180)
  call.advance(3_600_000)
  expect(call.at('send')).toEqual([0])
  expect(call.tx.state).toBe('proceeding')
})

test('over UDP a failure is resent at intervals that double from T1 to T2 until Timer H (§17.2.1)', () => {
  const call = over('UDP')
  call.respond(486)
  call.advance(60_000)
  expect(call.at('send')).toEqual([
    0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
  ])
  expect(call.at('ended')).toEqual([32_000])
})

test('over a reliable transport a failure is sent once, and Timer H still waits for the ACK (§17.2.1)', () => {
  const call = over('TCP')
  call.respond(486)
  call.advance(60_000)
  expect(call.at('send')).toEqual([0])
  expect(call.at('ended')).toEqual([32_000])
})

test('a retransmitted INVITE gets the failure again (§17.2.1)', () => {
  const call = over('TCP')
  call.respond(486)
  call.receive()
  expect(call.sent).toEqual(['SIP/2.0 486 Busy Here', 'SIP/2.0 486 Busy Here'])
})

test('the ACK ends the retransmissions; Timer I absorbs further ones for T4 (§17.2.1)', () => {
  const call = over('UDP')
  call.respond(486)
  call.advance(600)
  expect(call.receive('ACK')).toEqual([])
  expect(call.tx.state).toBe('confirmed')
  call.advance(4_999)
  expect(call.receive('ACK')).toEqual([])
  expect(call.receive()).toEqual([])
  call.advance(1)
  expect(call.at('ended')).toEqual([5_600])
  expect(call.at('send')).toEqual([0, 500])
})

test('over a reliable transport Timer I is zero (§17.2.1)', () => {
  const call = over('TCP')
  call.respond(486)
  expect(call.receive('ACK').map(({ kind }) => kind)).toEqual(['ended'])
})

test('in Completed other final responses of the transaction user are discarded (§17.2.1)', () => {
  const call = over('UDP')
  call.respond(486)
  expect(call.respond(503)).toEqual([])
  expect(call.respond(180)).toEqual([])
})

test('a 2xx leads to Accepted, where retransmitted INVITEs are absorbed until Timer L (RFC 6026 §7.1, §8.3)', () => {
  for (const transport of ['UDP', 'TCP']) {
    const call = over(transport)
    call.respond(200)
    expect(call.tx.state).toBe('accepted')
    call.advance(31_999)
    expect(call.receive()).toEqual([])
    expect(call.at('send')).toEqual([0])
    call.advance(1)
    expect(call.at('ended')).toEqual([32_000])
  }
})

test('in Accepted every 2xx of the transaction user is sent: the target resends, not the machine (RFC 6026 §7.1)', () => {
  const call = over('UDP')
  call.respond(180)
  call.respond(200)
  call.advance(500)
  call.respond(200)
  call.advance(5_000)
  expect(call.at('send')).toEqual([0, 0, 500])
  expect(call.respond(486)).toEqual([])
  expect(call.respond(180)).toEqual([])
})

test('an ACK in Accepted goes to the transaction user (RFC 6026 §7.1)', () => {
  const call = over('UDP')
  call.respond(200)
  expect(call.receive('ACK').map(({ kind }) => kind)).toEqual(['ack'])
})

test('an ACK before any final response is absorbed (§17.2.1)', () => {
  const call = over('UDP')
  expect(call.receive('ACK')).toEqual([])
  call.respond(180)
  expect(call.receive('ACK')).toEqual([])
})

test('a 2xx is sent whatever the state: behind a failure, its ACK, and the end (§16.7 step 5)', () => {
  const call = over('UDP')
  call.respond(487)
  call.respond(200)
  call.receive('ACK')
  call.respond(200)
  call.advance(5_000)
  expect(call.at('ended')).toEqual([5_000])
  call.respond(200)
  expect(call.sent.filter((line) => line === 'SIP/2.0 200 OK')).toHaveLength(3)
  expect(call.at('ended')).toEqual([5_000])
  expect(call.deadlines.size).toBe(0)
})

test('a dropped INVITE ends without an answer and without 100 Trying (§17.2.1)', () => {
  const call = over('UDP')
  expect(call.drop().map(({ kind }) => kind)).toEqual(['ended'])
  call.advance(60_000)
  expect(call.sent).toEqual([])
  expect(call.layer.servers).toBe(0)
})
