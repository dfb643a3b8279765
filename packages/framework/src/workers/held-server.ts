/** A port whose connections are accepted here and served by workers: none is lost with a worker that ends. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { familyOf, formatEndpoint } from '../transport/address.js'
import { listenError } from '../transport/unreachable.js'

export interface HeldServer {
  readonly port: number
  close(): void
}

/** Accepts at an address; no byte of a connection has been read when it is given on. Throws SIPW_ERR_LISTEN. */
export async function acceptAt(
  address: string,
  port: number,
  accepted: (socket: Socket) => void,
): Promise<HeldServer> {
  const server = createServer({ pauseOnConnect: true }, accepted)
  try {
    const listening = once(server, 'listening')
    server.listen({ host: address, port, ipv6Only: familyOf(address) === 6 })
    await listening
  } catch (cause) {
    throw listenError(formatEndpoint(address, port), cause)
  }
  // Too many open files, say: who is refused tries again.
  server.on('error', () => undefined)
  const bound = server.address()
  const boundPort = bound !== null && typeof bound === 'object' ? bound.port : port
  return { port: boundPort, close: () => void server.close() }
}
