import { expect, test } from '@jest/globals'
import {
  createApp,
  type Handled,
  OnRequest,
  type Plugin,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { Network, Phone } from '@sipwright/framework/testing'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }

@Routes()
class Edge {
  @OnRequest('*')
  any(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay({ uri: 'sip:192.0.2.11', role: 'next-hop' })
  }
}

async function rig(plugins: readonly Plugin[]) {
  const network = new Network()
  const app = await createApp({
    plugins,
    routes: [Edge],
    clock: network.clock,
    chance: network.chance,
    log: quiet,
    transports: [network.transport('UDP')],
  })
  await app.listen('udp:192.0.2.1:5060')
  const caller = await Phone.at(network, {
    at: 'UDP:192.0.2.100:5060',
    proxy: 'UDP:192.0.2.1:5060',
  })
  return { network, app, caller }
}

/** What an observer has been told, a word or two for each. */
function watching(told: string[]): Plugin {
  const first = (text: string) => text.split(' ', 2).join(' ')
  return {
    name: 'watching',
    requires: [],
    setup: (host) =>
      host.observeMessages({
        received: (text, flow) => told.push(`in ${flow.remoteAddress} ${first(text)}`),
        sent: (text, _local, to, callId) => {
          told.push(`out ${to.address} ${first(text)}${callId === undefined ? '' : ' for'}`)
        },
        routed: (_request, handler) => told.push(`handler ${handler}`),
      }),
  }
}

test('an observer is told of every message of both legs in order, and which handler took it', async () => {
  const told: string[] = []
  const { network, caller } = await rig([watching(told)])
  await Phone.at(network, { at: 'UDP:192.0.2.11:5060', answer: 200 })
  const call = caller.call('sip:bob@example.com')
  await network.run(500)
  call.bye()
  await network.run(500)
  const uri = told[0]!.split(' ')[3]
  expect(told.map((each) => each.replace(uri!, 'URI').replace(/sip:\S+/, 'contact'))).toEqual([
    'in 192.0.2.100 INVITE URI',
    'handler Edge.any',
    'out 192.0.2.100 SIP/2.0 100',
    'out 192.0.2.11 INVITE URI for',
    'in 192.0.2.11 SIP/2.0 200',
    'out 192.0.2.100 SIP/2.0 200',
    'in 192.0.2.100 ACK contact',
    'out 192.0.2.11 ACK contact for',
    'in 192.0.2.100 BYE contact',
    'out 192.0.2.11 BYE contact for',
    'in 192.0.2.11 SIP/2.0 200',
    'out 192.0.2.100 SIP/2.0 200',
  ])
})

test('what timers resend is told, too (RFC 3261 §17.1.1.2)', async () => {
  const told: string[] = []
  const { network, caller } = await rig([watching(told)])
  await Phone.at(network, { at: 'UDP:192.0.2.11:5060', answer: 'silence' })
  caller.call('sip:bob@example.com')
  await network.run(2_000)
  expect(told.filter((each) => each.startsWith('out 192.0.2.11 INVITE'))).toHaveLength(3)
})

test('an observer that throws harms no call', async () => {
  const broken: Plugin = {
    name: 'broken',
    requires: [],
    setup: (host) => {
      const fail = (): never => {
        throw new Error('a bug')
      }
      host.observeMessages({ received: fail, sent: fail, routed: fail })
    },
  }
  const { network, app, caller } = await rig([broken])
  await Phone.at(network, { at: 'UDP:192.0.2.11:5060', answer: 200 })
  const call = caller.call('sip:bob@example.com')
  await network.run(500)
  expect(call.statuses).toEqual([100, 200])
  expect(app.counters.faults).toBeGreaterThan(0)
})
