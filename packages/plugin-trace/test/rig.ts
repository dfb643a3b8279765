/** An edge that remembers, a caller and two backends on a simulated network; the first backend refuses. */
import {
  createApp,
  type FailureContext,
  type Handled,
  inject,
  OnFailure,
  OnRequest,
  type Plugin,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { type Answer, Network, Phone } from '@sipwright/framework/testing'
import { Dispatcher, dispatcher } from '@sipwright/plugin-dispatcher'
import { type TraceInput } from '#src/config.js'
import { trace } from '#src/plugin.js'
import { Traces } from '#src/view.js'

const quiet = { error() {}, warn() {}, info() {}, debug() {} }

@Routes()
class Balancer {
  readonly #dispatcher: Dispatcher

  constructor(@inject(Dispatcher) dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher
  }

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay(this.#dispatcher.select(1, ctx))
  }

  @OnRequest('OPTIONS')
  options(ctx: RequestContext): Handled {
    return ctx.reply(200)
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    return ctx.response.status >= 500 ? ctx.relayNext() : ctx.forward()
  }
}

export interface RigOptions {
  readonly trace?: TraceInput
  readonly plugins?: readonly Plugin[]
  readonly answers?: readonly [Answer, Answer]
}

export async function rig({ trace: input = {}, plugins = [], answers = [503, 200] }: RigOptions) {
  const network = new Network()
  const app = await createApp({
    plugins: [
      trace(input),
      dispatcher({
        sets: {
          1: {
            algorithm: 'priority',
            destinations: [
              { uri: 'sip:192.0.2.11:5060', id: 'fs1', priority: 9 },
              { uri: 'sip:192.0.2.12:5060', id: 'fs2', priority: 5 },
            ],
          },
        },
        probe: { mode: 'none' },
      }),
      ...plugins,
    ],
    routes: [Balancer],
    clock: network.clock,
    chance: network.chance,
    log: quiet,
    transports: [network.transport('UDP')],
    zones: { inside: ['192.0.2.11/32', '192.0.2.12/32'] },
  })
  await app.listen('udp:192.0.2.1:5060')
  const caller = await Phone.at(network, {
    at: 'UDP:192.0.2.100:5060',
    proxy: 'UDP:192.0.2.1:5060',
  })
  await Phone.at(network, { at: 'UDP:192.0.2.11:5060', answer: answers[0] })
  await Phone.at(network, { at: 'UDP:192.0.2.12:5060', answer: answers[1] })
  return { network, app, caller, traces: app.resolve(Traces) }
}
