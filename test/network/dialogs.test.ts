/** Calls that are up while their gateway leaves service: scenarios 38 and 39 of dispatcher.md §4b. */
import { expect, test } from '@jest/globals'
import { bob, linger, loads, rig, type Rig } from './rig.js'

/** Whether A answers OPTIONS: what belongs to its calls it answers. */
let probesAnswered = true

const gone: readonly (readonly [string, (made: Rig) => void | Promise<void>])[] = [
  [
    'is set to drain',
    ({ dispatcher, uris }) => dispatcher.setAdminState('gateways', uris[0]!, 'drain'),
  ],
  [
    'is disabled',
    ({ dispatcher, uris }) => dispatcher.setAdminState('gateways', uris[0]!, 'disabled'),
  ],
  [
    'is marked inactive',
    ({ dispatcher, uris }) => dispatcher.mark('gateways', uris[0]!, 'inactive'),
  ],
  [
    'fails its probes',
    async ({ network }) => {
      probesAnswered = false
      await network.run(10_000)
    },
  ],
  [
    'is removed',
    ({ dispatcher, uris, configured }) => dispatcher.configure(configured(uris.slice(1))),
  ],
]

test.each(gone)(
  '4b.38: A %s: what belongs to its call goes to A in both directions, and no algorithm is asked (§12.2, §16.12)',
  async (_, leave) => {
    probesAnswered = true
    const made = await rig({
      gateways: [({ method }) => (method === 'OPTIONS' && !probesAnswered ? 'silence' : 200), 200],
      probe: { intervalMs: 1_000, timeoutMs: 500, threshold: 3 },
    })
    const { caller, gateways, network, observed } = made
    const [first, second] = [caller.call(bob), caller.call(bob)]
    await network.run(100)
    const [a, b] = gateways
    expect([a!.invitations.length, b!.invitations.length]).toEqual([1, 1])
    await leave(made)
    const out = caller.call(bob)
    await network.run(100)
    expect(out.outcome).toBe(200)
    expect(a!.invitations).toHaveLength(1)

    const { selections } = observed
    const [atB, acks] = [
      b!.seen.filter(({ request }) => request.method !== 'OPTIONS').length,
      a!.count('ACK'),
    ]
    const callee = a!.invitations[0]!
    const exchanges = [first.reinvite(), callee.send('UPDATE')]
    await network.run(100)
    exchanges.push(first.send('UPDATE'), callee.send('INFO'))
    await network.run(100)
    exchanges.push(first.bye())
    await network.run(100)
    expect(exchanges.map(({ outcome }) => outcome)).toEqual([200, 200, 200, 200, 200])
    expect([a!.count('UPDATE'), a!.count('BYE'), a!.count('ACK') - acks]).toEqual([1, 1, 1])
    // The other way round: the callee of the second call hangs up.
    b!.invitations[0]!.bye()
    await network.run(100)
    expect(caller.count('BYE')).toBe(1)
    expect(second.outcome).toBe(200)
    expect(observed.selections).toBe(selections)
    expect(b!.seen.filter(({ request }) => request.method !== 'OPTIONS').length).toBe(atB)
  },
)

test.each([
  ['silent', 'timeout'],
  ['unreachable', 500],
] as const)(
  '4b.39: A is %s: its BYE goes nowhere else, the caller learns it, and the call is released (§12.2.1.2)',
  async (how, outcome) => {
    const { caller, dispatcher, gateways, network, app } = await rig({ gateways: [200, 200] })
    const call = caller.call(bob)
    await network.run(100)
    expect(loads(dispatcher)).toEqual([1, 0])
    network.crash('192.0.2.11', how)
    const bye = call.bye()
    await network.run(linger + 1_000)
    expect(bye.outcome).toBe(outcome)
    expect(gateways[1]!.seen).toHaveLength(0)
    expect(loads(dispatcher)).toEqual([0, 0])
    await network.run(2 * linger)
    expect(app.transactions).toBe(0)
  },
)

test('4b.39: A is dead: a re-INVITE that nobody answers ends the call as well', async () => {
  const { caller, dispatcher, gateways, network } = await rig({ gateways: [200, 200] })
  const call = caller.call(bob)
  await network.run(100)
  network.crash('192.0.2.11')
  const again = call.reinvite()
  await network.run(linger + 1_000)
  expect([408, 'timeout']).toContain(again.outcome)
  expect(gateways[1]!.seen).toHaveLength(0)
  expect(loads(dispatcher)).toEqual([0, 0])
})
