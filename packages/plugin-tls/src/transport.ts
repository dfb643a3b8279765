/** TLS over TCP as a transport: the framework's streams, with a handshake before the first octet. RFC 3261 §26.2.1 */
import { type Socket } from 'node:net'
import { connect, TLSSocket } from 'node:tls'
import { isNumericAddress, type Log, streamTransport, type Transport } from '@sipwright/framework'
import { type TlsConfig } from './config.js'
import { type Credentials } from './credentials.js'
import { faultOfIdentity, identitiesOf } from './identity.js'
import { secureServer } from './secure-server.js'

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
export function peerNames(socket: Socket): readonly string[] | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  return identitiesOf(socket.getPeerCertificate())
}
