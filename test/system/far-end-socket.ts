/** UDP sockets of far ends: a network that loses is drawn from a seed, so nothing else on the way may lose. */
import { createSocket, type Socket, type SocketOptions } from 'node:dgram'

/**
 * As the balancer's own: one that was not given the processor for a moment sends hundreds of datagrams at once, and what the system gives
 * by default holds about a hundred. The system may grant less.
 */
const receiveBufferBytes = 4 * 1024 * 1024

/** IPv4, with room for what comes while its process does not run. Not bound. */
export function farEndSocket(options: Pick<SocketOptions, 'lookup'> = {}): Socket {
  return createSocket({ ...options, type: 'udp4', recvBufferSize: receiveBufferBytes })
}
