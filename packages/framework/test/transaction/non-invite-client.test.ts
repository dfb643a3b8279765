import { expect, test } from '@jest/globals'
import { SipError } from '#src/errors.js'
import { ClientLab } from '#src/testing/lab.js'
import { nonInviteClientMachine } from '#src/transaction/non-invite-client.js'
import { testShape } from './shape.js'

const over = (transport: string) => new ClientLab('OPTIONS', transport)
const refused = () => new SipError('SIPW_ERR_MALFORMED_HEADER', ['x', 'y'])

testShape(nonInviteClientMachine)

test('over UDP the request is resent at intervals that double from T1 to T2 until Timer F (§17.1.2.2)', () => {
  const probe = over('UDP')
  probe.advance(60_000)
  expect(probe.at('send')).toEqual([
    0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
  ])
  expect(probe.at('timeout')).toEqual([32_000])
  expect(probe.at('ended')).toEqual([32_000])
})

test('over a reliable transport the request is sent once, and Timer F still bounds the wait (§17.1.2.2)', () => {
  const probe = over('TCP')
  probe.advance(60_000)
  expect(probe.at('send')).toEqual([0])
  expect(probe.at('timeout')).toEqual([32_000])
})

test('a provisional response leaves Timer E running and makes its next intervals T2 (§17.1.2.2)', () => {
  const probe = over('UDP')
  probe.advance(100)
  probe.receive(100)
  probe.advance(10_000)
  expect(probe.tx.state).toBe('proceeding')
  expect(probe.at('send')).toEqual([0, 500, 4_500, 8_500])
})

test('Timer F runs on from Trying to Proceeding: it bounds the whole transaction (§17.1.2.2)', () => {
  const probe = over('UDP')
  probe.advance(30_000)
  probe.receive(100)
  probe.advance(60_000)
  expect(probe.at('timeout')).toEqual([32_000])
})

test('every provisional response goes to the transaction user (§17.1.2.2)', () => {
  const probe = over('UDP')
  probe.receive(100)
  probe.receive(183)
  expect(probe.all('response').map(({ response }) => response.status)).toEqual([100, 183])
})

for (const status of [200, 302, 404, 503, 603]) {
  test(`a final ${status} is delivered once; Timer K absorbs its retransmissions for T4 (§17.1.2.2)`, () => {
    const probe = over('UDP')
    probe.receive(status)
    probe.advance(4_999)
    expect(probe.receive(status)).toEqual([])
    expect(probe.at('response')).toEqual([0])
    probe.advance(1)
    expect(probe.at('ended')).toEqual([5_000])
    expect(probe.at('send')).toEqual([0])
  })
}

test('over a reliable transport Timer K is zero (§17.1.2.2)', () => {
  const probe = over('TCP')
  expect(probe.receive(200).map(({ kind }) => kind)).toEqual(['response', 'ended'])
})

test('a transport error in Trying and in Proceeding is reported and ends the transaction (§17.1.4)', () => {
  for (const status of [undefined, 100]) {
    const probe = over('UDP')
    if (status !== undefined) probe.receive(status)
    expect(probe.failToSend(refused()).map(({ kind }) => kind)).toEqual(['transportError', 'ended'])
  }
})

test('a transport error in Completed is absorbed (§17.1.2, Figure 6)', () => {
  const probe = over('UDP')
  probe.receive(200)
  expect(probe.failToSend(refused())).toEqual([])
})

test('an abandoned request is not resent, delivers a late answer, and ends at Timer F without a timeout (§16.8)', () => {
  for (const status of [undefined, 100]) {
    const probe = over('UDP')
    if (status !== undefined) probe.receive(status)
    probe.advance(2_000)
    probe.abandon()
    probe.advance(60_000)
    expect(probe.at('send').filter((at) => at > 2_000)).toEqual([])
    expect(probe.at('timeout')).toEqual([])
    expect(probe.at('ended')).toEqual([32_000])
  }
  const answered = over('UDP')
  answered.abandon()
  answered.advance(20_000)
  answered.receive(200)
  expect(answered.at('response')).toEqual([20_000])
  expect(answered.tx.state).toBe('completed')
})
