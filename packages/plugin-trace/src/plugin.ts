/** Traces as a plugin: messages go into a ring as they come and go, and are read when somebody asks. */
import { definePlugin } from '@sipwright/framework'
import { traceConfig } from './config.js'
import { watchDecisions } from './decisions.js'
import { TraceRing } from './traces.js'
import { Traces } from './view.js'

/** `trace({ messages: 20_000, perCall: 200 })` */
export const trace = definePlugin({
  name: 'trace',
  config: traceConfig,
  setup(host, config) {
    const ring = new TraceRing(config)
    host.provide(Traces, new Traces(ring, host.clock, host.workers.index))
    host.observeMessages({
      received: (text, flow, now) => ring.received(text, flow, now),
      sent: (text, local, to, callId, now) => ring.sent(text, local, to, callId, now),
      routed: (request, handler, callId, now) => {
        const found = ring.ofCall(callId)
        if (found === undefined) return
        // A boundary may have given the request another Call-ID: that is how handlers know it.
        ring.join(found, request.callId)
        const text = handler === undefined ? `no handler for ${request.method}` : handler
        const detail = { method: request.method, handler: handler ?? null }
        ring.decided(callId, { what: 'handler', text, detail }, now)
      },
    })
    host.onClose(watchDecisions(host, ring))
  },
})
