/**
 * Datagrams in batches: `recvmmsg` and `sendmmsg` behind one call into JavaScript for each batch. On Linux, where it is
 * compiled at installation; sipwright goes on with `node:dgram` elsewhere.
 */
import { type Addon, loadAddon } from './addon.js'
import { type UdpHandler, type UdpOptions, UdpSocket } from './udp-socket.js'

export { Peer, type Family } from './peer.js'
export {
  type SystemError,
  type UdpFailure,
  type UdpHandler,
  type UdpOptions,
  type UdpSocket,
} from './udp-socket.js'

let loaded: Addon | string | undefined

/** Why it cannot be used here: `not built`, or what the system said when it was loaded; undefined if it can. */
export function whyUnavailable(): string | undefined {
  loaded ??= loadAddon()
  return typeof loaded === 'string' ? loaded : undefined
}

/** Binds a socket and begins to receive. Throws a `SystemError`, as `EADDRINUSE`; an `Error` where it is not built. */
export function openUdp<Value>(options: UdpOptions, handler: UdpHandler<Value>): UdpSocket<Value> {
  loaded ??= loadAddon()
  if (typeof loaded === 'string') throw new Error(`@sipwright/udp-native: ${loaded}`)
  return new UdpSocket(loaded, options, handler)
}
