import { expect, test } from '@jest/globals'
import { type App, createApp } from '@sipwright/framework'
import { Network, onInvite, Phone, testWorkers } from '@sipwright/framework/testing'
import { Dispatcher, dispatcher } from '#src/index.js'
import { quiet } from '../rig.js'

const toGateway = onInvite(Dispatcher, (service, ctx) => {
  ctx.recordRoute()
  return ctx.relay(service.select(1, ctx))
})

/** Two workers with an address each, a caller and a gateway. Requests go to whichever the test says. */
async function rig() {
  const network = new Network()
  const seats = testWorkers(2)
  const start = async (index: number): Promise<App> => {
    const app = await createApp({
      plugins: [dispatcher({ sets: { 1: { destinations: ['sip:192.0.2.11:5060'] } } })],
      routes: [toGateway],
      worker: seats[index]!,
      ...{ clock: network.clock, chance: network.chance, log: quiet },
      transports: [network.transport('UDP')],
    })
    await app.listen(`udp:192.0.2.${1 + index}:5060`)
    return app
  }
  const apps = [await start(0), await start(1)]
  const gateway = await Phone.at(network, { at: 'UDP:192.0.2.11:5060', answer: 200 })
  const caller = await Phone.at(network, {
    ...{ at: 'UDP:192.0.2.100:5060', proxy: 'UDP:192.0.2.1:5060' },
  })
  const loads = (): number[] =>
    apps.map((app) => app.resolve(Dispatcher).sets()[0]!.destinations[0]!.load.calls)
  const call = caller.call('sip:bob@example.com')
  await network.run(50)
  expect(loads()).toEqual([1, 0])
  // What the caller sends from now on reaches the other worker, as if it shared the address.
  const [dialog] = call.dialogs
  const moved = {
    ...dialog!,
    routes: dialog!.routes.map((route) => route.replace('192.0.2.1:', '192.0.2.2:')),
  }
  return { network, gateway, caller, loads, call, moved }
}

test('a BYE that another worker gets ends the call', async () => {
  const { network, call, loads, moved } = await rig()
  call.bye(moved)
  await network.run(50)
  expect(loads()).toEqual([0, 0])
})

test('a call whose requests reach another worker is counted there, and no longer where it was', async () => {
  const { network, gateway, call, loads, moved } = await rig()
  call.send('UPDATE', {}, moved)
  await network.run(50)
  expect(loads()).toEqual([0, 1])
  call.reinvite()
  await network.run(50)
  expect(loads()).toEqual([1, 0])
  call.send('INFO', {}, moved)
  await network.run(50)
  expect(loads()).toEqual([0, 1])
  gateway.invitations[0]!.bye()
  await network.run(50)
  expect(loads()).toEqual([0, 0])
})
