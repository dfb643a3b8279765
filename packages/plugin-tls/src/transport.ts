/** TLS over TCP as a transport: the framework's streams, with a handshake before the first octet. RFC 3261 §26.2.1 */
import { createServer, type Server, type Socket } from 'node:net'
import { connect, createServer as createSecureServer, TLSSocket } from 'node:tls'
import { isNumericAddress, type Log, streamTransport, type Transport } from '@sipwright/framework'
import { type TlsConfig } from './config.js'
import { type Credentials } from './credentials.js'
import { Handshakes } from './handshakes.js'
import { faultOfIdentity, identitiesOf } from './identity.js'

export function tlsTransport(credentials: Credentials, config: TlsConfig, log: Log): Transport {
  return streamTransport({
    name: 'TLS',
    defaultPort: 5061,
    // A certificate has to prove the name that a request is for. RFC 5923 §9.1 wants both ends proven.
    requestsOnAccepted: false,
    sharedByNames: false,
    peerNames,
    createServer: (accepted) => secureServer(credentials, config, log, accepted),
    connect({ address, port, host }, localAddress, ready) {
      const name = host === '' ? address : host
      return connect(
        {
          ...{ host: address, port, ...credentials.options, secureContext: credentials.context },
          ...(localAddress !== undefined && { localAddress }),
          ...(!isNumericAddress(name) && { servername: name }),
          rejectUnauthorized: config.verifyBackends,
          checkServerIdentity(_host, certificate) {
            const fault = faultOfIdentity(name, certificate)
            return fault === undefined ? undefined : new Error(fault)
          },
        },
        ready,
      )
    },
  })
}

/** Names that an authority of ours vouches for. */
function peerNames(socket: Socket): readonly string[] | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  return identitiesOf(socket.getPeerCertificate())
}

/** Accepts, and hands on what has shaken hands. The server that shakes them listens nowhere itself. */
function secureServer(
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
    if (handshakes.begin(socket)) {
      secure.emit('connection', socket)
      return
    }
    log.debug({ remote: socket.remoteAddress }, 'connection refused: too many handshakes')
    socket.destroy()
  })
}
