/** How gateways are found dead and alive again: scenarios 47 and 49 of dispatcher.md §4b. */
import { expect, test } from '@jest/globals'
import { type AnswerStep } from '@sipwright/framework/testing'
import { bob, rig, shares, type Rig, type RigOptions } from './rig.js'

const [intervalMs, timeoutMs] = [2_000, 1_000]
const probe = { intervalMs, timeoutMs, threshold: 3, recover: 2 }

function states({ dispatcher }: Rig): readonly string[] {
  return dispatcher.sets()[0]!.destinations.map(({ health }) => health.state)
}

/** Milliseconds until a gateway enters a state, within a minute; found to 10 ms. */
async function until(rig: Rig, gateway: number, state: string): Promise<number> {
  const { network } = rig
  const start = network.clock.now()
  while (states(rig)[gateway] !== state && network.clock.now() - start < 60_000) {
    await network.run(10)
  }
  return network.clock.now() - start
}

test.each([3, 5, 8, 13])(
  '4b.47: a silent gateway is tried on after one lost probe, out after three, back after two answers (phase %i)',
  async (phase) => {
    const built = await rig({ gateways: [200, 200], probe })
    const { network, caller, gateways, dispatcher } = built
    const changes: string[] = []
    dispatcher.onChange(({ kind, reason }) => changes.push(`${kind}: ${reason}`))
    await network.run(10_000 + phase * 137)
    expect(states(built)).toEqual(['active', 'active'])

    network.crash('192.0.2.11')
    const tried = await until(built, 0, 'trying')
    expect(tried).toBeLessThanOrEqual(intervalMs + timeoutMs + 20)
    const before = caller.call(bob)
    const untouched = caller.call(bob)
    const out = tried + (await until(built, 0, 'inactive'))
    expect(out).toBeGreaterThanOrEqual(2 * intervalMs + timeoutMs)
    expect(out).toBeLessThanOrEqual(3 * intervalMs + timeoutMs + 20)
    const attempted = network.trace.filter(
      ({ to, text }) => to === '192.0.2.11:5060' && text.startsWith('INVITE'),
    )
    expect(attempted.length).toBeGreaterThan(0)
    expect([before.outcome, untouched.outcome]).toContain(200)

    const other = gateways[1]!.invitations.length
    caller.call(bob)
    caller.call(bob)
    await network.run(100)
    expect(gateways[1]!.invitations).toHaveLength(other + 2)

    network.restore('192.0.2.11')
    const back = await until(built, 0, 'active')
    expect(back).toBeGreaterThanOrEqual(intervalMs)
    expect(back).toBeLessThanOrEqual(2 * intervalMs + 100)
    expect(changes).toEqual(['down: no answer within 1000 ms', 'up: answered 200'])
    expect(states(built)).toEqual(['active', 'active'])
  },
)

test('4b.47: one lost probe of three never takes a gateway out', async () => {
  let probes = 0
  const built = await rig({
    gateways: [({ method }) => (method === 'OPTIONS' && probes++ % 3 === 0 ? 'silence' : 200)],
    probe,
  })
  const changes: string[] = []
  built.dispatcher.onChange(({ kind }) => changes.push(kind))
  await built.network.run(120_000)
  expect(probes).toBeGreaterThan(50)
  expect(changes).toEqual([])
})

/** Gateways that answer probes so; calls they take. */
function answering(...answers: (number | 'silence' | readonly AnswerStep[])[]) {
  return answers.map((answer): RigOptions['gateways'][number] => ({ method }) => {
    return method === 'OPTIONS' ? answer : 200
  })
}

test('4b.49: a listed status is life and silence is none, though 408 is listed; each 2xx always is life', async () => {
  const built = await rig({
    gateways: answering(404, 408, 'silence', 202, 486),
    probe: { ...probe, replyCodes: [404, 408] },
  })
  const { network, caller, gateways } = built
  await network.run(20_000)
  expect(states(built)).toEqual(['active', 'active', 'inactive', 'active', 'inactive'])
  for (let i = 0; i < 6; i++) {
    caller.call(bob)
    await network.run(100)
  }
  expect(shares(gateways)).toEqual([2, 2, 0, 2, 0])
})

test('4b.49: without a list 404 is a failure, and the reason says what came', async () => {
  const built = await rig({ gateways: answering(404), probe })
  await built.network.run(20_000)
  expect(states(built)).toEqual(['inactive'])
  expect(built.dispatcher.sets()[0]!.destinations[0]!.health.reason).toBe('answered 404')
})
