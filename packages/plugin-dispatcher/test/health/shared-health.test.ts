import { expect, test } from '@jest/globals'
import { type App } from '@sipwright/framework'
import { invite } from '@sipwright/framework/testing'
import { Dispatcher } from '#src/index.js'
import { setOf, uris, workersOn } from '../workers-rig.js'

const service = (app: App): Dispatcher => app.resolve(Dispatcher)

const health = (app: App): readonly string[] =>
  service(app)
    .sets()[0]!
    .destinations.map(({ health: { state } }) => state)

test('who leads probes, once for all workers; what it finds holds in all', async () => {
  const { network, seats, start, probesOf } = await workersOn(2)
  const [first, second] = [await start(0), await start(1)]
  const changes: string[] = []
  service(second).onChange(({ kind, reason }) => changes.push(`${kind}: ${reason}`))
  await network.run(3_000)
  expect([probesOf(0), probesOf(1)]).toEqual([0, 0])

  seats[0]!.lead()
  network.crash('192.0.2.12')
  await network.run(4_000)
  expect(probesOf(0)).toBeGreaterThanOrEqual(9)
  expect(probesOf(1)).toBe(0)
  expect(health(first)).toEqual(['active', 'inactive', 'active'])
  expect(health(second)).toEqual(['active', 'inactive', 'active'])
  expect(changes).toEqual(['down: no answer within 500 ms'])
})

test('when the leading worker dies, the next one probes on from what was known', async () => {
  const { network, seats, start, probesOf } = await workersOn(2)
  await start(0)
  const second = await start(1)
  seats[0]!.lead()
  network.crash('192.0.2.12')
  await network.run(4_000)
  seats[0]!.die()
  seats[1]!.lead()
  expect(health(second)).toEqual(['active', 'inactive', 'active'])
  network.restore('192.0.2.12')
  await network.run(2_000)
  expect(probesOf(1)).toBeGreaterThan(0)
  expect(health(second)).toEqual(['active', 'active', 'active'])
})

test('a worker that takes the place of a dead one learns how destinations are', async () => {
  const { network, seats, start } = await workersOn(3)
  const first = await start(0)
  await start(1)
  seats[0]!.lead()
  service(first).mark(1, uris[0]!, 'inactive')
  service(first).setAdminState(1, uris[2]!, 'drain')
  const late = await start(2)
  await network.run(10)
  expect(health(late)).toEqual(['inactive', 'active', 'active'])
  expect(service(late).sets()[0]!.destinations[2]!.state.admin).toBe('drain')
})

test("an operator's word to any worker holds in all", async () => {
  const { seats, start } = await workersOn(3)
  const apps = [await start(0), await start(1), await start(2)]
  seats[0]!.lead()
  service(apps[1]!).setAdminState(1, uris[0]!, 'disabled')
  service(apps[2]!).mark(1, uris[1]!, 'inactive', 'by the route')
  for (const app of apps) {
    const [disabled, marked] = service(app).sets()[0]!.destinations
    expect(disabled!.state.admin).toBe('disabled')
    expect([marked!.health.state, marked!.health.reason]).toEqual(['inactive', 'by the route'])
  }
})

test('two workers that say different things at once end with one opinion: what the leading one holds', async () => {
  const { seats, start } = await workersOn(2)
  const [first, second] = [await start(0), await start(1)]
  seats[0]!.lead()
  const late: (() => void)[] = []
  // What the second one says is on its way when the first one speaks.
  const { workers } = seats[1]!
  const tell = workers.tell.bind(workers)
  Object.assign(workers, {
    tell: (topic: string, news: unknown) => late.push(() => tell(topic, news)),
  })
  service(second).mark(1, uris[0]!, 'inactive', 'second')
  service(first).mark(1, uris[0]!, 'trying', 'first')
  expect([health(first)[0], health(second)[0]]).toEqual(['trying', 'trying'])
  for (const each of late) each()
  expect([health(first)[0], health(second)[0]]).toEqual(['inactive', 'inactive'])
})

test('a destination that one worker does not know yet is learnt with its own reload', async () => {
  const { seats, start } = await workersOn(2, setOf(uris.slice(0, 2)))
  const [first, second] = [await start(0), await start(1)]
  seats[0]!.lead()
  await service(first).configure(setOf(uris))
  service(first).mark(1, uris[2]!, 'inactive')
  expect(health(second)).toEqual(['active', 'active'])
  await service(second).configure(setOf(uris))
  expect(health(second)).toEqual(['active', 'active', 'inactive'])
})

test('round robin of each worker begins at another destination', async () => {
  const { start } = await workersOn(3)
  const firstChoice = async (index: number): Promise<string> => {
    const app = await start(index)
    return service(app).select(1, { request: invite(), now: 0 }).next()!.uri
  }
  expect([await firstChoice(0), await firstChoice(1), await firstChoice(2)]).toEqual(uris)
})

test('busy, ejected and maintenance hold in all workers, with reason and the time that is left', async () => {
  const { network, seats, start } = await workersOn(2)
  const [first, second] = [await start(0), await start(1)]
  seats[0]!.lead()
  await network.run(1_000)
  const [a, b] = service(second).sets()[0]!.destinations
  const { reason, who } = { reason: 'new disk', who: 'ann' }
  service(second).setAdminState(1, b!.uri, 'maintenance', { reason, who })
  service(second).found(a!, { signal: 'http', state: 'busy', reason: 'drain', forMs: 9_000 })
  await network.run(10)
  const [seen, worked] = service(first).sets()[0]!.destinations
  expect([seen!.health.state, seen!.health.reason]).toEqual(['busy', 'http: drain'])
  expect(worked!.state.adminWord).toMatchObject({ state: 'maintenance', reason, who })
  await network.run(10_000)
  expect(health(first)[0]).toBe('active')
  expect(health(second)[0]).toBe('active')
})
