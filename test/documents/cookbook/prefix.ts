import {
  inject,
  isSipUri,
  OnRequest,
  Routes,
  type Handled,
  type RequestContext,
} from '@sipwright/framework'
import { Dispatcher } from '@sipwright/plugin-dispatcher'

const carriers = new Map([
  ['49', 'germany'],
  ['4930', 'berlin'],
  ['1', 'america'],
])

@Routes()
export class ByNumber {
  constructor(@inject(Dispatcher) private readonly dispatcher: Dispatcher) {}

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    const { requestUri } = ctx.request
    const number = isSipUri(requestUri) ? (requestUri.user ?? '').replace(/^\+|^00/, '') : ''
    const carrier = carrierOf(number)
    if (carrier === undefined) return ctx.reply(404)
    ctx.recordRoute()
    return ctx.relay(this.dispatcher.select([carrier, 'anywhere'], ctx))
  }
}

function carrierOf(number: string): string | undefined {
  for (let length = Math.min(number.length, 6); length > 0; length--) {
    const carrier = carriers.get(number.slice(0, length))
    if (carrier !== undefined) return carrier
  }
  return undefined
}
