/** Gateways that cannot be reached: scenarios 22 to 25 of dispatcher.md §4b. RFC 3261 §16.9 */
import { expect, test } from '@jest/globals'
import { SipError } from '@sipwright/framework'
import { bob, rig } from './rig.js'

test('4b.22: a closed UDP port (ICMP) hands the call to B within 200 ms (§16.9)', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200, 200] })
  network.crash('192.0.2.11', 'unreachable')
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.outcome).toBe(200)
  expect(gateways[1]!.times('INVITE')[0]).toBeLessThan(200)
})

test('4b.23: a refused TCP connection hands the call to B within 100 ms, and the caller gets 200', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200, 200], transport: 'tcp' })
  network.crash('192.0.2.11', 'unreachable')
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.statuses).toEqual([100, 200])
  expect(gateways[1]!.times('INVITE')[0]).toBeLessThan(100)
})

test('4b.23: a TCP black hole costs its own call the connect timeout, and other calls nothing', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200, 200], transport: 'tcp' })
  network.fault('192.0.2.11:5060', { kind: 'black-hole' })
  const [swallowed, other] = [caller.call(bob), caller.call(bob)]
  await network.run(5_000)
  expect([swallowed.outcome, other.outcome]).toEqual([200, 200])
  expect(other.endedAt).toBeLessThan(50)
  expect(swallowed.endedAt).toBeGreaterThanOrEqual(1_000)
  expect(swallowed.endedAt).toBeLessThan(1_050)
  expect(gateways[1]!.invitations).toHaveLength(2)
})

test('4b.24: a connection that A closed is opened again, and A gets one INVITE', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200], transport: 'tcp' })
  caller.call(bob)
  await network.run(1_000)
  network.reset('192.0.2.1', '192.0.2.11', 'closed')
  await network.run(1_000)
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.outcome).toBe(200)
  expect(gateways[0]!.count('INVITE')).toBe(2)
})

test('4b.24: where the connection was closed and a new one is refused, B gets the call', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200, 200], transport: 'tcp' })
  caller.call(bob)
  caller.call(bob)
  await network.run(1_000)
  network.reset('192.0.2.1', '192.0.2.11', 'closed')
  network.crash('192.0.2.11', 'unreachable')
  await network.run(1_000)
  const call = caller.call(bob)
  await network.run(100)
  expect(call.outcome).toBe(200)
  expect(gateways[1]!.invitations).toHaveLength(2)
})

test('4b.24: a half-open connection is found out by its first message, and B gets the call within 1 s', async () => {
  const { network, caller, gateways, observed } = await rig({
    gateways: [200, 200],
    transport: 'tcp',
  })
  caller.call(bob)
  caller.call(bob)
  await network.run(1_000)
  network.crash('192.0.2.11')
  network.restore('192.0.2.11')
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.outcome).toBe(200)
  expect(gateways[1]!.invitations).toHaveLength(2)
  expect(observed.failures[0]).toBeInstanceOf(SipError)
})

test('4b.25: a failed TLS handshake is a transport error, and the handler is told why', async () => {
  const { network, caller, gateways, observed } = await rig({
    gateways: [200, 200],
    transport: 'tls',
  })
  network.fault('192.0.2.11:5061', { kind: 'handshake', reason: 'self-signed certificate' })
  const call = caller.call(bob)
  await network.run(1_000)
  expect(call.outcome).toBe(200)
  expect(gateways[1]!.invitations).toHaveLength(1)
  expect(String(observed.failures[0])).toContain('self-signed certificate')
})
