import {
  inject,
  OnFailure,
  OnRequest,
  Routes,
  type FailureContext,
  type Handled,
  type RequestContext,
} from '@sipwright/framework'
import { Dispatcher } from '@sipwright/plugin-dispatcher'

@Routes()
export class WithVoicemail {
  constructor(@inject(Dispatcher) private readonly dispatcher: Dispatcher) {}

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay(this.dispatcher.select('phones', ctx), { timeoutMs: 2_000 })
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    const { status } = ctx.response
    if (status === 486 || status === 480) {
      return ctx.relay(this.dispatcher.select('voicemail', ctx))
    }
    return status >= 500 || ctx.timedOut ? ctx.relayNext() : ctx.forward()
  }
}
