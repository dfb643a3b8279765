/** What keeps a gateway out, and how it comes back: scenarios 19, 48 and 50 to 56 of dispatcher.md §4b. */
import { expect, test } from '@jest/globals'
import { type Answer, type Phone } from '@sipwright/framework/testing'
import { bob, rig, type Rig, type RigOptions, shares } from './rig.js'

const probe = { intervalMs: 2_000, timeoutMs: 1_000, threshold: 3, recover: 2 }

/** What a gateway says to probes, and to calls, by what time it is. */
function gateway(probes: (nth: number) => Answer, calls: (nth: number) => Answer = () => 200) {
  let [probed, called] = [0, 0]
  return ({ method }: { readonly method: string }): Answer =>
    method === 'OPTIONS' ? probes(probed++) : calls(called++)
}

function states({ dispatcher }: Rig): readonly string[] {
  return dispatcher.sets()[0]!.destinations.map(({ health }) => health.state)
}

function events({ dispatcher, uris }: Rig): string[] {
  const told: string[] = []
  dispatcher.onChange(({ kind, destination, reason }) => {
    told.push(`${uris.indexOf(destination.uri)} ${kind}: ${reason}`)
  })
  return told
}

/** So many calls, one every `everyMs`; how many of them each gateway was asked for. */
async function calls(made: Rig, count: number, everyMs = 20): Promise<readonly number[]> {
  const before = shares(made.gateways)
  for (let call = 0; call < count; call++) {
    made.caller.call(bob)
    await made.network.run(everyMs)
  }
  return shares(made.gateways).map((share, index) => share - before[index]!)
}

const overloaded = (seconds: number): Answer => [
  { status: 503, headers: { 'Retry-After': String(seconds) } },
]

test('4b.19: 503 with Retry-After: no new request for as long, though probes are answered well; dialogs go on', async () => {
  const made = await rig({
    gateways: [
      gateway(
        () => 200,
        (nth) => (nth === 1 ? overloaded(20) : 200),
      ),
      gateway(() => 200),
    ],
    probe,
  })
  const { network, caller } = made
  const told = events(made)
  const standing = caller.call(bob)
  await network.run(20)
  expect(await calls(made, 1)).toEqual([0, 1])
  const failedOver = caller.call(bob)
  await network.run(20)
  expect(failedOver.outcome).toBe(200)
  expect(states(made)).toEqual(['busy', 'active'])
  expect(told).toEqual(['0 busy: answered 503 with Retry-After 20 s'])

  expect(await calls(made, 19, 1_000)).toEqual([0, 19])
  const reinvite = standing.reinvite()
  await network.run(20)
  expect(reinvite.outcome).toBe(200)
  await network.run(1_960)
  expect(await calls(made, 2)).toEqual([1, 1])
  expect(told.at(-1)).toBe('0 up: its Retry-After is over')
})

test('4b.19: Retry-After is capped by `retryAfterMaxMs`, and 0 ignores it', async () => {
  for (const [retryAfterMaxMs, after] of [
    [5_000, 'active'],
    [7_000, 'busy'],
    [0, 'active'],
  ] as const) {
    const made = await rig({
      gateways: [
        gateway(
          () => 200,
          () => overloaded(3_600),
        ),
        200,
      ],
      config: { health: { retryAfterMaxMs } },
    })
    await calls(made, 1)
    expect(states(made)[0]).toBe(retryAfterMaxMs === 0 ? 'active' : 'busy')
    await made.network.run(6_000)
    expect(states(made)[0]).toBe(after)
  }
})

test('4b.48: probes that are answered in turns change nothing', async () => {
  const made = await rig({
    gateways: [gateway((nth) => (nth % 2 === 0 ? 200 : 'silence')), 200],
    probe,
  })
  const told = events(made)
  await made.network.run(60_000)
  expect(told).toEqual([])
})

test('4b.48: what has gone down five times is held down for 60 s, however well it answers then', async () => {
  // Three failures, two successes, again and again; after the fifth time it answers.
  const made = await rig({
    gateways: [gateway((nth) => (nth < 25 && nth % 5 < 3 ? 503 : 200)), 200],
    probe,
  })
  const told = events(made)
  while (told.filter((each) => each.startsWith('0 down')).length < 5) await made.network.run(10)
  const down = made.network.clock.now()
  expect(told.at(-1)).toBe('0 down: held down for 60 s: went down 5 times within 600 s')
  await made.network.run(59_900)
  expect(states(made)[0]).toBe('inactive')
  expect(await calls(made, 4)).toEqual([0, 4])
  while (states(made)[0] !== 'active') await made.network.run(10)
  expect(made.network.clock.now() - down).toBeLessThanOrEqual(60_100)
})

test('4b.50: a hundred gateways: five probes in 100 ms at most, one per interval, never two at once', async () => {
  const made = await rig({
    gateways: Array.from({ length: 100 }, (_, index) =>
      gateway(() => (index % 10 === 0 ? 'silence' : 200)),
    ),
    probe: { ...probe, intervalMs: 10_000, timeoutMs: 15_000 },
  })
  await made.network.run(10_000)
  const sent = made.gateways
    .flatMap(({ seen }) => seen.slice(0, 1).map(({ at }) => at))
    .toSorted((a, b) => a - b)
  expect(sent).toHaveLength(100)
  const most = sent.map((at, index) => sent.slice(index).filter((each) => each < at + 100).length)
  expect(Math.max(...most)).toBeLessThanOrEqual(5)
  await made.network.run(90_000)
  const probes = (phone: Phone): number =>
    new Set(phone.seen.map(({ request }) => request.callId)).size
  // A silent one keeps each probe for 15 s, so every other turn is left out.
  expect(made.gateways.map(probes)).toEqual(
    made.gateways.map((_, index) => (index % 10 === 0 ? 5 : 10)),
  )
})

test('4b.51: OPTIONS 503 with Retry-After: no new calls while it lasts, dialogs go on, back after two 200', async () => {
  let maintenance = false
  const made = await rig({
    gateways: [gateway(() => (maintenance ? overloaded(300) : 200)), gateway(() => 200)],
    probe,
  })
  const { network, caller, gateways } = made
  const told = events(made)
  const standing = caller.call(bob)
  await network.run(3_000)
  maintenance = true
  await network.run(2_100)
  expect(told).toEqual(['0 busy: answered 503 with Retry-After 300 s'])
  expect(await calls(made, 100, 1_000)).toEqual([0, 100])
  expect(standing.reinvite().request.method).toBe('INVITE')
  await network.run(50)
  expect(gateways[0]!.received.at(-1)!.request.method).toBe('INVITE')
  maintenance = false
  await network.run(1_900)
  expect(states(made)[0]).toBe('busy')
  await network.run(2_200)
  expect(told.at(-1)).toBe('0 up: answered 200')
})

test('4b.52: a refused probe counts at once and not after the timeout', async () => {
  const made = await rig({ gateways: [200, 200], probe: { ...probe, threshold: 1 } })
  const { network } = made
  const told = events(made)
  network.crash('192.0.2.11', 'unreachable')
  let probed: number | undefined
  while (told.length === 0) {
    await network.run(10)
    probed ??= network.trace.find(({ to }) => to === '192.0.2.11:5060')?.sentAt
  }
  expect(network.clock.now() - probed!).toBeLessThan(100)
  expect(told[0]).toMatch(/^0 down: /)
})

/** Failover after two seconds of silence, without probes. */
function trafficOnly(gateways: RigOptions['gateways'], more: Partial<RigOptions> = {}) {
  return rig({ gateways, relay: { timeoutMs: 2_000 }, ...more })
}

test('4b.53: three calls in a row that it did not answer eject a gateway for 30 s, then for 60 s', async () => {
  const made = await trafficOnly(['silence', 200])
  const told = events(made)
  await calls(made, 6, 2_100)
  expect(told).toEqual(['0 down: ejected for 30 s: 3 consecutive failures, the last: no response'])
  expect(await calls(made, 5, 1_000)).toEqual([0, 5])
  await made.network.run(25_000)
  expect(told.at(-1)).toBe('0 up: its ejection is over')
  await calls(made, 6, 2_100)
  expect(told.at(-1)).toMatch('0 down: ejected for 60 s')
  await made.network.run(55_000)
  expect(states(made)).toEqual(['inactive', 'active'])
  await made.network.run(5_100)
  expect(states(made)).toEqual(['active', 'active'])
})

test('4b.53: an answer in between, and answers about the call, eject nobody', async () => {
  const made = await trafficOnly([
    gateway(
      () => 200,
      (nth) => (nth % 3 === 2 ? 200 : 'silence'),
    ),
    gateway(
      () => 200,
      (nth) => (nth % 2 === 0 ? 486 : 404),
    ),
  ])
  const told = events(made)
  await calls(made, 40, 2_100)
  expect(told).toEqual([])
})

test('4b.53: 503 ejects where it is listed', async () => {
  for (const statuses of [[], [503]]) {
    const made = await trafficOnly([503, 200], { config: { health: { ejection: { statuses } } } })
    await calls(made, 6)
    expect(states(made)[0]).toBe(statuses.length === 0 ? 'active' : 'inactive')
  }
})

test('4b.53: half of a set is ejected at most; the next one is spared, and that is told', async () => {
  const made = await trafficOnly(['silence', 'silence', 'silence', 200])
  const told = events(made)
  await calls(made, 12, 100)
  await made.network.run(10_000)
  const first = told.map((each) => each.split(':')[0])
  expect(first.filter((each) => each?.endsWith('down'))).toHaveLength(2)
  expect(told.find((each) => each.includes('spared'))).toMatch(
    /^\d spared: not ejected, because 2 of 4 are, and at most 50 % may be: 3 consecutive failures/,
  )
  expect(made.dispatcher.sets()[0]!.destinations.filter(({ usable }) => usable)).toHaveLength(2)
})

test('4b.53: one that goes on failing and is spared is told of after 3, 6, 12, 24 … failures, and not of each', async () => {
  const made = await trafficOnly(['silence'])
  const told = events(made)
  await calls(made, 40, 100)
  await made.network.run(10_000)
  expect(told.map((each) => /(\d+) consecutive/.exec(each)?.[1])).toEqual(['3', '6', '12', '24'])
})

test('4b.54: with one of four well, health is ignored and the operator is not', async () => {
  const made = await rig({
    gateways: [200, gateway(() => 503), gateway(() => 503), gateway(() => 503), 200],
    probe,
  })
  const { dispatcher, uris, network } = made
  const panics: string[] = []
  dispatcher.onPanic(({ panics: on, reason }) => panics.push(`${on}: ${reason}`))
  dispatcher.setAdminState('gateways', uris[4]!, 'maintenance', { reason: 'new disk', who: 'ann' })
  await network.run(10_000)
  expect(states(made)).toEqual(['active', 'inactive', 'inactive', 'inactive', 'active'])
  expect(panics).toEqual(['true: 1 of 4 destinations are well, less than 50 %'])
  expect(await calls(made, 8)).toEqual([2, 2, 2, 2, 0])
})

test('4b.54: threshold 0 never panics', async () => {
  const made = await rig({
    gateways: [gateway(() => 503), gateway(() => 503)],
    probe,
    config: { health: { panicPercent: 0 } },
  })
  await made.network.run(10_000)
  const call = made.caller.call(bob)
  await made.network.run(100)
  expect(call.outcome).toBe(503)
  expect(shares(made.gateways)).toEqual([0, 0])
})

test.each(['round-robin', 'weight'])(
  '4b.55: %s: who comes back gets a tenth at first, half after half of the window, then all',
  async (algorithm) => {
    const made = await rig({
      gateways: [200, 200],
      algorithm,
      config: { health: { slowStartMs: 10_000 } },
    })
    const { dispatcher, uris, network } = made
    dispatcher.setAdminState('gateways', uris[0]!, 'drain')
    expect(await calls(made, 10)).toEqual([0, 10])
    dispatcher.setAdminState('gateways', uris[0]!, 'ready')
    // Half of the calls are its share.
    const [first] = await calls(made, 200, 5)
    expect(first! / 100).toBeLessThanOrEqual(0.12)
    await network.run(3_750)
    const [half] = await calls(made, 100, 5)
    expect(half! / 50).toBeGreaterThanOrEqual(0.4)
    expect(half! / 50).toBeLessThanOrEqual(0.6)
    await network.run(5_000)
    expect(await calls(made, 100, 5)).toEqual([50, 50])
  },
)

test.each(['drain', 'maintenance', 'disabled'] as const)(
  '4b.56: %s: no new request, dialogs go on, and no probe ends it',
  async (state) => {
    const made = await rig({ gateways: [200, 200], probe })
    const { dispatcher, uris, network, caller, gateways } = made
    const standing = caller.call(bob)
    await network.run(20)
    dispatcher.setAdminState('gateways', uris[0]!, state, { reason: 'ticket 7', who: 'ann' })
    await network.run(20_000)
    expect(await calls(made, 4)).toEqual([0, 4])
    const reinvite = standing.reinvite()
    await network.run(20)
    expect(reinvite.outcome).toBe(200)
    expect(gateways[0]!.received.at(-1)!.request.method).toBe('INVITE')
    const [destination] = dispatcher.sets()[0]!.destinations
    expect(destination!.state.adminWord).toMatchObject({ state, reason: 'ticket 7', who: 'ann' })
    expect(destination!.letters[0]).toBe('D')
    dispatcher.setAdminState('gateways', uris[0]!, 'ready')
    expect(await calls(made, 4)).toEqual([2, 2])
  },
)
