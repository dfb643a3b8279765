/** TCP. RFC 3261 §18 */
import { connect, createServer } from 'node:net'
import { streamTransport } from './stream.js'
import { type Transport } from './transport.js'

export const tcp: Transport = streamTransport({
  name: 'TCP',
  defaultPort: 5060,
  requestsOnAccepted: true,
  sharedByNames: true,
  createServer: (accepted) => createServer(accepted),
  connect: ({ address, port }, localAddress, ready) =>
    connect({ host: address, port, ...(localAddress !== undefined && { localAddress }) }, ready),
})
