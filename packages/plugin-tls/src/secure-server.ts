/** Accepts connections and hands on those that have shaken hands. The server that shakes them listens nowhere itself. */
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import { defaultTransportLimits, isKeptBack, type Log } from '@sipwright/framework'
import { type TlsConfig } from './config.js'
import { type Credentials } from './credentials.js'
import { Handshakes } from './handshakes.js'

export function secureServer(
  credentials: Credentials,
  config: TlsConfig,
  log: Log,
  accepted: (socket: Socket) => void,
): Server {
  const handshakes = new Handshakes(config.handshakes, config.handshakesPerSource)
  const secure = createSecureServer(
    {
      ...credentials.options,
      handshakeTimeout: config.handshakeTimeoutMs,
      requestCert: config.clientCertificate !== 'none',
      rejectUnauthorized: config.clientCertificate === 'required',
      SNICallback(name, answer) {
        const context = credentials.contextFor(name)
        if (context === undefined) answer(new Error(`no certificate for ${name.slice(0, 253)}`))
        else answer(null, context)
      },
    },
    (socket) => {
      handshakes.end(socket)
      accepted(socket)
    },
  )
  credentials.onChange(() => secure.setSecureContext(credentials.options))
  secure.on('tlsClientError', (error, socket) => {
    log.debug({ remote: socket.remoteAddress, reason: error.message }, 'handshake failed')
    socket.destroy()
  })
  return createServer((socket) => {
    if (!isKeptBack(socket, defaultTransportLimits.descriptors) && handshakes.begin(socket)) {
      secure.emit('connection', socket)
      return
    }
    log.debug({ remote: socket.remoteAddress }, 'connection refused: too many')
    socket.destroy()
  })
}
