import { expect, test } from '@jest/globals'
import { type App } from '@sipwright/framework'
import { Dispatcher } from '#src/index.js'
import { setOf, uris, workersOn } from '../workers-rig.js'

const [a, b, c] = uris as [string, string, string]
const destinations = (app: App): readonly string[] =>
  app
    .resolve(Dispatcher)
    .sets()[0]!
    .destinations.map(({ uri }) => uri)

test('what is said in one worker holds in all, and in one that comes later', async () => {
  const { network, seats, start } = await workersOn(2, setOf([a]))
  const first = await start(0)
  seats[0]!.lead()
  await first.resolve(Dispatcher).add(1, c)
  const second = await start(1)
  await network.run(10)
  expect(destinations(second)).toEqual([a, c])
  await second.resolve(Dispatcher).remove(1, a)
  await second.resolve(Dispatcher).add(1, b)
  await network.run(10)
  expect(destinations(second)).toEqual([c, b])
  expect(destinations(first)).toEqual([c, b])
  await first.resolve(Dispatcher).revert()
  await network.run(10)
  expect(destinations(second)).toEqual([a])
})

test('a destination that was added while it was down is down in the worker that comes later, too', async () => {
  const { network, seats, start } = await workersOn(2, setOf([a]))
  const first = await start(0)
  seats[0]!.lead()
  await first.resolve(Dispatcher).add(1, c)
  first.resolve(Dispatcher).mark(1, c, 'inactive')
  const second = await start(1)
  await network.run(10)
  expect(second.resolve(Dispatcher).isActive(1, c)).toBe(false)
})
