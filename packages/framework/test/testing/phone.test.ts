import { expect, test } from '@jest/globals'
import { type Answer, Network, Phone, type PhoneOptions } from '#src/testing/index.js'

const bobUri = 'sip:bob@192.0.2.2'

async function pair(
  answer: Answer = 200,
  options: Partial<PhoneOptions> = {},
  network = new Network(),
) {
  const alice = await Phone.at(network, 'UDP:192.0.2.1:5060')
  const bob = await Phone.at(network, { at: 'UDP:192.0.2.2:5060', answer, ...options })
  return { network, alice, bob }
}

test('a call is answered, acknowledged, changed and ended (§13, §14, §15)', async () => {
  const { network, alice, bob } = await pair([{ status: 180 }, { status: 200, afterMs: 2_000 }])
  const call = alice.call(bobUri)
  await network.run(3_000)
  expect(call.statuses).toEqual([180, 200])
  expect(bob.invitations[0]?.acknowledged).toBe(true)
  const [changed, mine] = [call.reinvite(), bob.invitations[0]!.send('UPDATE')]
  await network.run(1_000)
  expect([changed.outcome, mine.outcome]).toEqual([200, 200])
  const ended = call.bye()
  await network.run(1_000)
  expect(ended.outcome).toBe(200)
  expect(bob.count('INVITE')).toBe(2)
  expect(bob.count('ACK')).toBe(2)
})

test('the callee may hang up (§15)', async () => {
  const { network, alice, bob } = await pair()
  alice.call(bobUri)
  await network.run(1_000)
  const ended = bob.invitations[0]!.bye()
  await network.run(1_000)
  expect(ended.outcome).toBe(200)
  expect(alice.count('BYE')).toBe(1)
})

test('over UDP an INVITE is resent at intervals that double, until Timer B (§17.1.1.2)', async () => {
  const { network, alice, bob } = await pair('silence')
  const call = alice.call(bobUri)
  await network.run(60_000)
  expect(bob.times('INVITE')).toEqual([1, 501, 1_501, 3_501, 7_501, 15_501, 31_501])
  expect([call.outcome, call.endedAt]).toEqual(['timeout', 32_000])
})

test('over UDP another request is resent at intervals that double up to T2, until Timer F (§17.1.2.2)', async () => {
  const { network, alice, bob } = await pair('silence')
  const sent = alice.send('MESSAGE', bobUri)
  await network.run(60_000)
  expect(bob.times('MESSAGE').map((at) => at - 1)).toEqual([
    0, 500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500,
  ])
  expect(sent.endedAt).toBe(32_000)
})

test('over a stream nothing is resent (§17.1.1.2)', async () => {
  const network = new Network()
  const alice = await Phone.at(network, 'TCP:192.0.2.1:5060')
  const bob = await Phone.at(network, { at: 'TCP:192.0.2.2:5060', answer: 'silence' })
  alice.call('sip:bob@192.0.2.2;transport=tcp')
  await network.run(60_000)
  expect(bob.times('INVITE')).toEqual([3])
})

test('a provisional response ends the retransmission of an INVITE, however long it rings', async () => {
  const { network, alice, bob } = await pair([{ status: 180 }])
  const call = alice.call(bobUri)
  await network.run(600_000)
  expect([call.outcome, bob.count('INVITE')]).toEqual([undefined, 1])
})

test('a 2xx is repeated until its ACK comes, and each repetition is acknowledged (§13.3.1.4, §13.2.2.4)', async () => {
  const network = new Network()
  network.impair('192.0.2.1', '192.0.2.2', { loss: 0 })
  const { alice, bob } = await pair(200, {}, network)
  alice.call(bobUri)
  network.clock.advance(1)
  network.impair('192.0.2.1', '192.0.2.2', { loss: 1 })
  await network.run(1_000)
  expect(bob.invitations[0]?.acknowledged).toBe(false)
  network.impair('192.0.2.1', '192.0.2.2', { loss: 0 })
  await network.run(60_000)
  expect(bob.invitations[0]?.acknowledged).toBe(true)
  expect(bob.count('ACK')).toBe(1)
})

test('a failure is repeated until its ACK comes, on the branch of the INVITE (§17.2.1, §17.1.1.3)', async () => {
  const { network, alice, bob } = await pair(486)
  alice.call(bobUri)
  await network.run(60_000)
  const [invite, ack, ...others] = bob.seen.map(({ request }) => request)
  expect(ack?.method).toBe('ACK')
  expect(ack?.via.branch).toBe(invite?.via.branch)
  expect(others).toEqual([])
  expect(bob.invitations[0]?.acknowledged).toBe(true)
})

test('a repeated request is absorbed and gets the last answer again (§17.2)', async () => {
  const network = new Network({ link: { duplication: 1 } })
  const { alice, bob } = await pair(200, {}, network)
  const call = alice.call(bobUri)
  await network.run(10)
  const ended = call.bye()
  await network.run(1_000)
  expect(bob.received.map(({ request }) => request.method)).toEqual(['INVITE', 'BYE'])
  expect(bob.invitations[0]?.retransmissions).toBe(1)
  expect([call.statuses, ended.statuses]).toEqual([[200], [200]])
})

test('CANCEL waits for the first provisional response, and the call ends with 487 (§9.1, §9.2)', async () => {
  const { network, alice, bob } = await pair([{ status: 180, afterMs: 700 }])
  const call = alice.call(bobUri)
  call.cancel()
  await network.run(600)
  expect(bob.count('CANCEL')).toBe(0)
  await network.run(1_000)
  expect(bob.times('CANCEL')).toEqual([703])
  expect([call.cancellation?.outcome, call.outcome]).toEqual([200, 487])
  expect(bob.invitations[0]?.acknowledged).toBe(true)
})

test('a CANCEL that crosses the 200 changes nothing: the call stands (§9.2)', async () => {
  const { network, alice } = await pair([{ status: 180 }, { status: 200, afterMs: 10 }], {
    deafToCancel: true,
  })
  const call = alice.call(bobUri)
  await network.run(5)
  call.cancel()
  await network.run(1_000)
  expect([call.cancellation?.outcome, call.outcome]).toEqual([200, 200])
})

test('a CANCEL without its INVITE, and a request of an unknown dialog, get 481 (§9.2, §12.2.2)', async () => {
  const { network, alice } = await pair()
  const cancel = alice.send('CANCEL', bobUri)
  const bye = alice.send('BYE', bobUri, { headers: { To: `<${bobUri}>;tag=unknown` } })
  await network.run(1_000)
  expect([cancel.outcome, bye.outcome]).toEqual([481, 481])
})

test('requests within a dialog follow Record-Route, a strict router first in the Request-URI (§12.2.1.1)', async () => {
  const recordRoute = '<sip:192.0.2.8>, <sip:192.0.2.9;lr>'
  const { network, alice } = await pair([{ status: 200, headers: { 'Record-Route': recordRoute } }])
  const [strict, loose] = [
    await Phone.at(network, 'UDP:192.0.2.8:5060'),
    await Phone.at(network, 'UDP:192.0.2.9:5060'),
  ]
  const call = alice.call(bobUri)
  await network.run(1_000)
  const [ack] = loose.seen
  expect(ack?.request.uri).toBe('sip:phone@192.0.2.2:5060')
  expect(ack?.request.headers.values('Route')).toEqual(['<sip:192.0.2.9;lr>', '<sip:192.0.2.8>'])
  const dialog = { ...call.dialogs[0]!, routes: ['<sip:192.0.2.8>', '<sip:192.0.2.9;lr>'] }
  call.bye(dialog)
  await network.run(1_000)
  expect(strict.seen[0]?.request.uri).toBe('sip:192.0.2.8')
  expect(strict.seen[0]?.request.headers.values('Route')).toEqual([
    '<sip:192.0.2.9;lr>',
    '<sip:phone@192.0.2.2:5060>',
  ])
})

test('with loss both ends still agree on every call', async () => {
  const network = new Network({ seed: 11, link: { loss: 0.1, duplication: 0.1, reordering: 0.1 } })
  const { alice, bob } = await pair(200, {}, network)
  const calls = Array.from({ length: 100 }, () => alice.call(bobUri))
  await network.run(64_000)
  expect(calls.every(({ outcome }) => outcome === 200)).toBe(true)
  expect(bob.invitations).toHaveLength(100)
  expect(bob.invitations.every(({ acknowledged }) => acknowledged)).toBe(true)
})
