import { expect, test } from '@jest/globals'
import { ServerLab } from '#src/testing/lab.js'
import { nonInviteServerMachine } from '#src/transaction/non-invite-server.js'
import { testShape } from './shape.js'

const over = (transport: string) => new ServerLab('OPTIONS', transport)

testShape(nonInviteServerMachine)

test('a retransmission in Trying is absorbed without an answer (§17.2.2)', () => {
  const probe = over('UDP')
  expect(probe.receive()).toEqual([])
})

test('a non-INVITE is never answered 100 by the machine (RFC 4320 §4.1)', () => {
  const probe = over('UDP')
  probe.advance(30_000)
  expect(probe.sent).toEqual([])
})

test('a retransmission in Proceeding gets the 100 again (§17.2.2)', () => {
  const probe = over('UDP')
  probe.respond(100)
  expect(probe.tx.state).toBe('proceeding')
  probe.receive()
  expect(probe.sent).toEqual(['SIP/2.0 100 Trying', 'SIP/2.0 100 Trying'])
})

test('no provisional response but 100 is sent to a non-INVITE (RFC 4320 §4.1)', () => {
  const probe = over('UDP')
  expect(probe.respond(183)).toEqual([])
  expect(probe.tx.state).toBe('trying')
})

test('a retransmission in Completed gets the final response again until Timer J (§17.2.2)', () => {
  const probe = over('UDP')
  probe.advance(1_000)
  probe.respond(200)
  probe.advance(31_999)
  probe.receive()
  expect(probe.at('send')).toEqual([1_000, 32_999])
  probe.advance(1)
  expect(probe.at('ended')).toEqual([33_000])
})

test('nothing is resent without being asked: there is no Timer G (§17.2.2)', () => {
  const probe = over('UDP')
  probe.respond(404)
  probe.advance(60_000)
  expect(probe.at('send')).toEqual([0])
})

test('over a reliable transport Timer J is zero (§17.2.2)', () => {
  const probe = over('TCP')
  expect(probe.respond(200).map(({ kind }) => kind)).toEqual(['sendResponse', 'ended'])
})

test('in Completed further final responses are discarded (§17.2.2)', () => {
  const probe = over('UDP')
  probe.respond(200)
  expect(probe.respond(404)).toEqual([])
  probe.receive()
  expect(probe.sent).toEqual(['SIP/2.0 200 OK', 'SIP/2.0 200 OK'])
})

test('a 408 is never sent to a non-INVITE: the transaction ends without a word (RFC 4320 §4.2)', () => {
  const probe = over('UDP')
  expect(probe.respond(408).map(({ kind }) => kind)).toEqual(['ended'])
})

test('one that nobody answers ends silently once the caller has given up (RFC 4320 §4.2)', () => {
  for (const status of [undefined, 100]) {
    const probe = over('UDP')
    if (status !== undefined) probe.respond(status)
    probe.advance(36_999)
    expect(probe.at('ended')).toEqual([])
    probe.advance(1)
    expect(probe.at('ended')).toEqual([37_000])
    expect(probe.respond(200)).toEqual([])
  }
})

test('a dropped request ends without an answer (RFC 4320 §4.2)', () => {
  const probe = over('UDP')
  expect(probe.drop().map(({ kind }) => kind)).toEqual(['ended'])
  expect(probe.drop()).toEqual([])
  expect(probe.layer.servers).toBe(0)
})
