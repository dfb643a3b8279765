/** Several workers of one dispatcher on a simulated network, and the gateways that they share. */
import { type App, createApp } from '@sipwright/framework'
import { Network, Phone, testWorkers } from '@sipwright/framework/testing'
import { dispatcher, type DispatcherInput } from '#src/index.js'
import { quiet } from './rig.js'

/** The gateways: each answers everything with 200. */
export const uris = ['sip:192.0.2.11:5060', 'sip:192.0.2.12:5060', 'sip:192.0.2.13:5060']
const probe = { intervalMs: 1_000, timeoutMs: 500, threshold: 2 }

/** Workers 0, 1 …, none of which leads yet. */
export async function workersOn(count: number, config: DispatcherInput = setOf(uris)) {
  const network = new Network()
  const gateways = await Promise.all(
    uris.map((uri) => Phone.at(network, { at: `UDP:${uri.slice(4)}`, answer: 200 })),
  )
  const seats = testWorkers(count)
  const start = async (index: number): Promise<App> => {
    const app = await createApp({
      plugins: [dispatcher(config)],
      worker: seats[index]!,
      clock: network.clock,
      chance: network.chance,
      log: quiet,
      transports: [network.transport('UDP')],
    })
    await app.listen(`udp:192.0.2.1:${5060 + index}`)
    return app
  }
  const probesOf = (index: number): number =>
    network.trace.filter(
      ({ from, text }) => from === `192.0.2.1:${5060 + index}` && text.startsWith('OPTIONS'),
    ).length
  return { network, gateways, seats, start, probesOf }
}

/** Set 1, probed each second. */
export function setOf(destinations: readonly string[]): DispatcherInput {
  return { sets: { 1: { destinations: [...destinations] } }, probe }
}
