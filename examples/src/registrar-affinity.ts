/**
 * Registrars that keep their bindings for themselves: a phone's REGISTER and the calls to it meet the same machine, by a hash of
 * the address of record. A machine that dies moves its own phones only, and gets them back.
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
import { Dispatcher, dispatcher, type SelectContext } from '@sipwright/plugin-dispatcher'

/** `sip:alice@example.com`, whatever port and parameters are written beside it. */
function addressOfRecord({ request }: SelectContext): string {
  const uri = request.method === 'REGISTER' ? request.to.uri : request.uri
  return uri
    .replace(/^<?sips?:/i, '')
    .replace(/[:;>?].*$/, '')
    .toLowerCase()
}

@Routes()
class Registrars {
  constructor(@inject(Dispatcher) private readonly dispatcher: Dispatcher) {}

  @OnRequest('REGISTER', 'INVITE', 'MESSAGE')
  forward(ctx: RequestContext): Handled {
    ctx.recordRoute()
    return ctx.relay(this.dispatcher.select('registrars', ctx), { timeoutMs: 2_000 })
  }

  @OnFailure('INVITE', 'REGISTER')
  failed(ctx: FailureContext): Handled {
    return ctx.timedOut || ctx.response.status === 503 ? ctx.relayNext() : ctx.forward()
  }
}

export const listen = ['udp:0.0.0.0:5060']

export function edge(): Promise<App> {
  return createApp({
    plugins: [
      dispatcher({
        sets: {
          registrars: {
            algorithm: 'hash-expression',
            key: addressOfRecord,
            destinations: ['sip:10.0.1.10', 'sip:10.0.1.11', 'sip:10.0.1.12'],
          },
        },
      }),
    ],
    routes: [Registrars],
  })
}
