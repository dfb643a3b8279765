/** Routes that ask who sent a request: ds_is_from_list of Kamailio, dispatcher.md §1.13. */
import { expect, test } from '@jest/globals'
import { type AppOptions, createApp } from '@sipwright/framework'
import { DnsServer, onInvite, Phone } from '@sipwright/framework/testing'
import { Dispatcher, dispatcher, type SenderOptions } from '@sipwright/plugin-dispatcher'
import { bob, edge, rig, silent } from './rig.js'

/** Gateways may call out; nobody else may. */
function onlyGateways(options: SenderOptions): NonNullable<AppOptions['routes']> {
  return [
    onInvite(Dispatcher, (dispatcher, ctx) =>
      ctx.reply(dispatcher.isFromSet(ctx.source, 'gateways', options) ? 486 : 403),
    ),
  ]
}

test('a gateway is known by address and port, whatever its Via says; a stranger is not', async () => {
  const { network, caller, gateways, dispatcher, uris } = await rig({
    gateways: [200],
    routes: onlyGateways({ active: true }),
  })
  const calls = [caller.call(bob), gateways[0]!.call(bob, { proxy: edge })]
  const otherPort = await Phone.at(network, { at: 'UDP:192.0.2.11:5070', proxy: edge })
  calls.push(otherPort.call(bob))
  await network.run(1_000)
  expect(calls.map(({ outcome }) => outcome)).toEqual([403, 486, 403])

  dispatcher.setAdminState('gateways', uris[0]!, 'drain')
  const drained = gateways[0]!.call(bob, { proxy: edge })
  await network.run(1_000)
  expect(drained.outcome).toBe(403)
})

test('the port may be left out (bit 1), and the transport may be asked for (bit 2)', async () => {
  const { network } = await rig({
    gateways: [200],
    routes: onlyGateways({ port: false, transport: true }),
  })
  const [udp, tcp] = [
    await Phone.at(network, { at: 'UDP:192.0.2.11:5070', proxy: edge }),
    await Phone.at(network, { at: 'TCP:192.0.2.11:5071', proxy: 'TCP:192.0.2.1:5060' }),
  ]
  const calls = [udp.call(bob), tcp.call(bob)]
  await network.run(1_000)
  expect(calls.map(({ outcome }) => outcome)).toEqual([486, 403])
})

test('a gateway by name is known by what its name resolves to, through SRV (RFC 3263 §4)', async () => {
  const names = await DnsServer.start()
  names.set('_sip._udp.media.example', 'SRV', [
    { priority: 1, weight: 0, port: 5062, target: 'a.media.example' },
    { priority: 2, weight: 0, port: 5062, target: 'b.media.example' },
  ])
  names.set('a.media.example', 'A', ['192.0.2.31'])
  names.set('b.media.example', 'A', ['192.0.2.32'])
  const app = await createApp({
    plugins: [
      dispatcher({
        sets: { gateways: { destinations: ['sip:media.example'] } },
        probe: { mode: 'none' },
      }),
    ],
    dns: { servers: [names.address] },
    log: silent,
  })
  const service = app.resolve(Dispatcher)
  const known = (address: string): boolean => service.isFromSet({ address, port: 5062 })
  expect(known('192.0.2.31')).toBe(false)
  await app.listen('udp:127.0.0.1:0')
  // The answer comes when it comes: nothing waits for it.
  while (!known('192.0.2.31')) await new Promise((resolve) => setImmediate(resolve))
  expect(['192.0.2.31', '192.0.2.32', '192.0.2.33'].map(known)).toEqual([true, true, false])
  await app.close()
  await names.close()
})
