/**
 * An algorithm of one's own, least cost first: the carriers' prices stand in their attributes and are changed at run time. What
 * is dead or full is skipped by itself, and `explain` shows the price of each.
 */
import {
  type App,
  createApp,
  type FailureContext,
  type Handled,
  inject,
  OnFailure,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import {
  defineAlgorithm,
  type Destination,
  Dispatcher,
  dispatcher,
  inOrder,
} from '@sipwright/plugin-dispatcher'

const price = ({ attrs }: Destination): number => Number(attrs.get('price') ?? Infinity)

const leastCost = defineAlgorithm('least-cost', () => {
  let cheapest: readonly Destination[] = []
  return {
    load(destinations) {
      cheapest = destinations.toSorted((a, b) => price(a) - price(b))
    },
    select: () => inOrder(cheapest),
    preview: () => ({
      order: cheapest.map((destination) => ({ destination, score: price(destination) })),
      score: 'price; least first',
    }),
  }
})

@Routes()
class Carriers {
  constructor(@inject(Dispatcher) private readonly dispatcher: Dispatcher) {}

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay(this.dispatcher.select('carriers', ctx), { timeoutMs: 2_000 })
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    return ctx.response.status >= 500 || ctx.timedOut ? ctx.relayNext() : ctx.forward()
  }
}

export const listen = ['udp:0.0.0.0:5060']

export function edge(): Promise<App> {
  const carriers = [
    { uri: 'sip:10.0.2.10', id: 'dear', attrs: { price: '12' } },
    { uri: 'sip:10.0.2.11', id: 'cheap', attrs: { price: '3' } },
    { uri: 'sip:10.0.2.12', id: 'middling', attrs: { price: '7' } },
  ]
  return createApp({
    plugins: [dispatcher({ sets: { carriers: { algorithm: leastCost, destinations: carriers } } })],
    routes: [Carriers],
  })
}
