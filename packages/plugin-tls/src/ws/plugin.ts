/** WebSocket as a plugin: `ws:` alone, and `wss:` where the plugin `tls` stands before it. */
import { definePlugin } from '@sipwright/framework'
import { Credentials } from '../credentials.js'
import { secureServer } from '../secure-server.js'
import { webSocketConfig } from './config.js'
import { webSocketTransport } from './transport.js'

/** `webSockets({ origins: ['https://phone.example.com'] })`, and `app.listen('ws:127.0.0.1:8080')`. */
export const webSockets = definePlugin({
  name: 'websocket',
  config: webSocketConfig,
  setup(host, config) {
    host.addTransport(webSocketTransport('WS', config))
  },
})

/** The same over TLS, with the certificates of the plugin `tls`. */
export const secureWebSockets = definePlugin({
  name: 'secure-websocket',
  requires: ['tls'],
  config: webSocketConfig,
  setup(host, config) {
    const credentials = host.resolve(Credentials)
    const transport = webSocketTransport('WSS', config, (accepted) =>
      secureServer(credentials, credentials.config, host.log, accepted),
    )
    host.addTransport(transport)
  },
})
