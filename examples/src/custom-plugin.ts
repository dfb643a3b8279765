/**
 * A plugin of one's own: numbers that nobody may call, kept in a service that routes can inject, asked before every route, and
 * counted. Its configuration is checked when the app is made: a misspelt key is an error and not a gap.
 */
import {
  type App,
  createApp,
  definePlugin,
  type Handled,
  inject,
  isSipUri,
  type MaybeHandled,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { z } from 'zod'

export class BlockedNumbers {
  refused = 0
  readonly #numbers: Set<string>

  constructor(numbers: readonly string[]) {
    this.#numbers = new Set(numbers)
  }

  block(number: string): void {
    this.#numbers.add(number)
  }

  check(ctx: RequestContext): MaybeHandled {
    const { requestUri } = ctx.request
    if (!isSipUri(requestUri) || !this.#numbers.has(requestUri.user ?? '')) return undefined
    this.refused++
    return ctx.refuse(403)
  }
}

export const blockedNumbers = definePlugin({
  name: 'blocked-numbers',
  config: z.strictObject({ numbers: z.array(z.string().min(1)).default([]) }),
  setup(host, { numbers }) {
    const blocked = new BlockedNumbers(numbers)
    host.provide(BlockedNumbers, blocked)
    host.use((ctx) => blocked.check(ctx))
    host.onDone(({ status, request }) => {
      host.log.info({ status, callId: request.callId }, 'a request is over')
    })
  },
})

@Routes()
class Calls {
  constructor(@inject(BlockedNumbers) private readonly blocked: BlockedNumbers) {}

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay({ uri: 'sip:10.0.1.10', role: 'next-hop' })
  }

  @OnRequest('OPTIONS')
  ping(ctx: RequestContext): Handled {
    return ctx.reply(200, { 'X-Refused': String(this.blocked.refused) })
  }
}

export const listen = ['udp:0.0.0.0:5060']

export function edge(): Promise<App> {
  return createApp({ plugins: [blockedNumbers({ numbers: ['666'] })], routes: [Calls] })
}
