/** Whom calls go to: scenarios 1, 2, 9, 27 and 38 of dispatcher.md §4b. */
import { expect, test } from '@jest/globals'
import { bob, rig, shares } from './rig.js'

test('4b.1: round robin gives each of four gateways 250 of 1000 calls, each once in every four', async () => {
  const { network, caller, gateways } = await rig({ gateways: [200, 200, 200, 200] })
  for (let i = 0; i < 1_000; i++) {
    caller.call(bob)
    await network.run(10)
  }
  expect(shares(gateways)).toEqual([250, 250, 250, 250])
  const order = gateways
    .flatMap(({ invitations }, index) => invitations.map(({ at }) => ({ at, index })))
    .sort((a, b) => a.at - b.at)
    .map(({ index }) => index)
  for (let i = 0; i + 4 <= order.length; i++) expect(new Set(order.slice(i, i + 4)).size).toBe(4)
})

test('4b.2: without B, A C and D get 300 of 900 calls each', async () => {
  const { network, caller, gateways, dispatcher, uris } = await rig({
    gateways: [200, 200, 200, 200],
  })
  dispatcher.mark('gateways', uris[1]!, 'inactive')
  for (let i = 0; i < 900; i++) {
    caller.call(bob)
    await network.run(10)
  }
  expect(shares(gateways)).toEqual([300, 0, 300, 300])
})

test('4b.9: priority A > B > C: after a 503 of A, B gets one INVITE and C none, call by call', async () => {
  const { network, caller, gateways } = await rig({
    gateways: [503, 200, 200],
    algorithm: 'priority',
    destination: (index) => ({ priority: 30 - 10 * index }),
  })
  for (let round = 1; round <= 3; round++) {
    const call = caller.call(bob)
    await network.run(40_000)
    expect(call.statuses).toEqual([100, 200])
    expect(gateways.map((gateway) => gateway.count('INVITE'))).toEqual([round, round, 0])
  }
})

test('4b.27: who was challenged goes back, a second later, to the gateway that made the nonce (§22.2, §22.3)', async () => {
  const once = (status: number) => (_request: unknown, nth: number) => (nth === 0 ? status : 200)
  for (const status of [401, 407]) {
    const { network, caller, gateways, observed } = await rig({
      gateways: [once(status), once(status), once(status)],
    })
    const fromTag = 'caller'
    const first = caller.call(bob, { callId: 'challenged', fromTag })
    await network.run(1_000)
    expect(first.outcome).toBe(status)
    const other = caller.call(bob, { callId: 'other', fromTag })
    await network.run(1)
    const again = caller.call(bob, { callId: 'challenged', fromTag, cseq: 2 })
    await network.run(1_000)
    expect([other.outcome, again.outcome]).toEqual([status, 200])
    expect(shares(gateways)).toEqual([2, 1, 0])
    expect(observed.selections).toBe(2)
    caller.call(bob)
    await network.run(1_000)
    expect(shares(gateways)).toEqual([2, 1, 1])
  }
})

test('4b.27: a challenge that comes after a failover is remembered of the gateway that made it', async () => {
  const once = (_request: unknown, nth: number) => (nth === 0 ? 407 : 200)
  const { network, caller, gateways } = await rig({ gateways: [503, 503, once, 200] })
  caller.call(bob, { callId: 'challenged', fromTag: 'caller' })
  await network.run(1_000)
  const again = caller.call(bob, { callId: 'challenged', fromTag: 'caller', cseq: 2 })
  await network.run(1_000)
  expect(again.outcome).toBe(200)
  // By its turn it would have gone to the second.
  expect(shares(gateways)).toEqual([1, 1, 2, 0])
})

test('4b.38: drained, down or removed, A keeps its dialog: both directions reach it, unselected (§12.2, §16.12)', async () => {
  const { network, caller, gateways, dispatcher, observed, uris, configured } = await rig({
    gateways: [200, 200],
    probe: { intervalMs: 2_000, timeoutMs: 1_000 },
  })
  const call = caller.call(bob)
  await network.run(1_000)
  const [a, b] = gateways
  const callee = a!.invitations[0]!
  const talk = async () => {
    const sent = [call.reinvite(), call.send('UPDATE'), callee.send('UPDATE')]
    await network.run(1_000)
    expect(sent.map(({ outcome }) => outcome)).toEqual([200, 200, 200])
  }

  dispatcher.setAdminState('gateways', uris[0]!, 'drain')
  await talk()

  dispatcher.setAdminState('gateways', uris[0]!, 'ready')
  network.crash('192.0.2.11')
  await network.run(7_000)
  expect(dispatcher.sets()[0]?.destinations[0]?.health.state).toBe('inactive')
  network.restore('192.0.2.11')
  dispatcher.setAdminState('gateways', uris[0]!, 'disabled')
  await talk()
  expect(dispatcher.sets()[0]?.destinations[0]?.health.state).toBe('inactive')

  await dispatcher.configure(configured(uris.slice(1)))
  expect(dispatcher.sets()[0]?.destinations.map(({ uri }) => uri)).toEqual(uris.slice(1))
  await talk()
  const bye = call.bye()
  await network.run(1_000)
  expect(bye.outcome).toBe(200)

  const within = a!.seen.map(({ request }) => request.method).filter((each) => each !== 'OPTIONS')
  expect(within.toSorted()).toEqual(
    [
      ...['INVITE', 'ACK', 'BYE'],
      ...Array.from({ length: 3 }, () => ['INVITE', 'ACK', 'UPDATE']).flat(),
    ].toSorted(),
  )
  expect(b!.seen.every(({ request }) => request.method === 'OPTIONS')).toBe(true)
  expect(observed.selections).toBe(1)
})

test('4b.38: the callee on a removed A hangs up, and the caller hears it (§16.12)', async () => {
  const { network, caller, gateways, dispatcher, observed, uris, configured } = await rig({
    gateways: [200, 200],
  })
  caller.call(bob)
  await network.run(1_000)
  await dispatcher.configure(configured(uris.slice(1)))
  const bye = gateways[0]!.invitations[0]!.bye()
  await network.run(1_000)
  expect(bye.outcome).toBe(200)
  expect(caller.count('BYE')).toBe(1)
  expect(gateways[1]!.seen).toHaveLength(0)
  expect(observed.selections).toBe(1)
})
