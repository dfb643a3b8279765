/**
 * Media servers that answer OPTIONS while they refuse calls: each FreeSWITCH is asked over its event socket, too, whether its
 * sessions are full, and gets a smaller share, or none, before callers notice.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
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
import { defineProbe, Dispatcher, dispatcher } from '@sipwright/plugin-dispatcher'

/** `status` says `3 session(s) - peak 5, last 5min 5`, and `1000 session(s) max`. */
const eventSocket = defineProbe('event-socket', {
  async run(destination, signal) {
    const [, host = ''] = /^sip:([^:;]+)/.exec(destination.uri) ?? []
    const port = Number(destination.attrs.get('esl') ?? 8021)
    const socket = connect({ host, port, signal }).setEncoding('utf8')
    try {
      await once(socket, 'connect', { signal })
      socket.write(`auth ${process.env['ESL_PASSWORD'] ?? 'ClueCon'}\n\napi status\n\n`)
      let text = ''
      for await (const part of socket) {
        text += String(part)
        if (text.includes('-ERR invalid')) return { state: 'failed', reason: 'wrong password' }
        const max = /(\d+) session\(s\) max/.exec(text)
        const [, inUse] = /(\d+) session\(s\) - peak/.exec(text) ?? []
        if (max !== null && inUse !== undefined) return judge(Number(inUse), Number(max[1]))
      }
      return { state: 'failed', reason: 'the event socket was closed' }
    } finally {
      socket.destroy()
    }
  },
})

function judge(inUse: number, max: number): Awaited<ReturnType<typeof eventSocket.run>> {
  const free = Math.round((100 * (max - inUse)) / max)
  const reason = `${inUse} of ${max} sessions`
  return free < 5 ? { state: 'busy', reason } : { state: 'up', reason, percent: free }
}

@Routes()
class Cluster {
  constructor(@inject(Dispatcher) private readonly dispatcher: Dispatcher) {}

  @OnRequest('INVITE')
  invite(ctx: RequestContext): Handled {
    const servers = this.dispatcher.select('freeswitch', ctx)
    if (servers.isEmpty) return ctx.refuse(503, { 'Retry-After': '5' })
    ctx.recordRoute()
    return ctx.relay(servers, { timeoutMs: 1_500 })
  }

  @OnFailure('INVITE')
  failed(ctx: FailureContext): Handled {
    return ctx.response.status === 503 || ctx.timedOut ? ctx.relayNext() : ctx.forward()
  }
}

export const listen = ['udp:0.0.0.0:5060']

export function edge(
  servers = ['sip:10.0.1.10', 'sip:10.0.1.11'],
  eventSocketPort = 8021,
): Promise<App> {
  const destinations = servers.map((uri) => ({ uri, attrs: { esl: String(eventSocketPort) } }))
  return createApp({
    plugins: [
      dispatcher({
        sets: { freeswitch: { algorithm: 'weight', destinations } },
        probe: { own: [eventSocket], intervalMs: 5_000 },
        // A server that was restarted gets its share little by little.
        health: { slowStartMs: 30_000 },
      }),
    ],
    routes: [Cluster],
  })
}
