/**
 * An HTTP service decides where a call goes: `POST { from, to, source }` → `{ "targets": ["sip:10.0.1.10", …] }`, best first, or
 * `{ "refuse": 403 }`. It has half a second; if it is away, calls go where they always may.
 */
import {
  type App,
  createApp,
  type FailureContext,
  type Handled,
  OnFailure,
  OnRequest,
  type RequestContext,
  Routes,
} from '@sipwright/framework'
import { z } from 'zod'

const decision = z.union([
  z.object({ targets: z.array(z.string().startsWith('sip:')).min(1).max(10) }),
  z.object({ refuse: z.number().int().min(300).max(699) }),
])

function routesAskedOf(service: string, fallback: string) {
  @Routes()
  class AskedRoutes {
    @OnRequest('INVITE')
    async invite(ctx: RequestContext): Promise<Handled> {
      const answer = await this.#ask(ctx)
      if ('refuse' in answer) return ctx.refuse(answer.refuse)
      ctx.recordRoute()
      const targets = answer.targets.map((uri) => ({ uri, role: 'next-hop' as const }))
      return ctx.relay(targets, { timeoutMs: 2_000 })
    }

    @OnFailure('INVITE')
    failed(ctx: FailureContext): Handled {
      return ctx.response.status >= 500 || ctx.timedOut ? ctx.relayNext() : ctx.forward()
    }

    async #ask({ request, source, signal }: RequestContext): Promise<z.infer<typeof decision>> {
      try {
        const response = await fetch(service, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ from: request.from.uri, to: request.uri, source: source.address }),
          // Who hangs up while we ask ends the question, too.
          signal: AbortSignal.any([signal, AbortSignal.timeout(500)]),
        })
        return decision.parse(await response.json())
      } catch {
        return { targets: [fallback] }
      }
    }
  }
  return AskedRoutes
}

export const listen = ['udp:0.0.0.0:5060']

export function edge(
  service = 'http://127.0.0.1:8000/route',
  fallback = 'sip:10.0.9.10',
): Promise<App> {
  return createApp({ routes: [routesAskedOf(service, fallback)] })
}
