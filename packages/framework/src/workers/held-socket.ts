/**
 * Sockets that the supervisor binds for workers and does not read: a datagram that comes while a worker is replaced
 * waits in the socket, and the port stays ours. Where a version of Node.js does not lend its sockets, there are no workers
 * (SIPW_ERR_WORKERS_UNSUPPORTED).
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { SipError } from '../errors.js'
import { familyOf, formatEndpoint } from '../transport/address.js'
import { handleOf } from '../transport/dgram-handle.js'
import { listenError } from '../transport/unreachable.js'

/** A bound socket that nobody reads until its descriptor is inherited. */
export interface HeldSocket {
  readonly port: number
  readonly fd: number
  close(): void
}

/** Binds, on `port` or on a free one (0). Throws SIPW_ERR_LISTEN, SIPW_ERR_WORKERS_UNSUPPORTED. */
export async function holdSocket(address: string, port: number): Promise<HeldSocket> {
  try {
    const free = await freePort(address, port)
    const socket = await bound(open(address, true), address, free)
    // Not read, it has nothing to keep a process for.
    socket.unref()
    enlarge(socket)
    const handle = handleOf(socket)
    if (handle !== undefined) return { port: free, fd: handle.fd, close: () => void socket.close() }
    socket.close()
  } catch (cause) {
    throw listenError(formatEndpoint(address, port), cause)
  }
  throw new SipError('SIPW_ERR_WORKERS_UNSUPPORTED', [
    `Node.js ${process.version} on ${process.platform} does not lend its sockets`,
  ])
}

/** Room for what comes while a worker is replaced; the system may grant less. */
const bufferBytes = 4 * 1024 * 1024

function enlarge(socket: Socket): void {
  try {
    socket.setRecvBufferSize(bufferBytes)
  } catch {
    // Some systems refuse instead of granting less; what they gave at first has to do.
  }
}

/**
 * Sockets that share a port (`reuseAddr`, as those to each destination must) never hear that another process has it:
 * one that does not share is bound first, and told.
 */
async function freePort(address: string, port: number): Promise<number> {
  const socket = await bound(open(address, false), address, port)
  const { port: found } = socket.address()
  const closed = once(socket, 'close')
  socket.close()
  await closed
  return found
}

function open(address: string, reuseAddr: boolean): Socket {
  const ipv6 = familyOf(address) === 6
  return createSocket({ type: ipv6 ? 'udp6' : 'udp4', reuseAddr, ipv6Only: ipv6 })
}

function bound(socket: Socket, address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close()
      reject(error)
    })
    socket.bind({ address, port }, () => {
      // In the same turn in which it was bound: nothing has been read.
      handleOf(socket)?.recvStop()
      resolve(socket)
    })
  })
}
