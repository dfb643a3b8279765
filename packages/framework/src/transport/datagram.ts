/** What holds for every datagram, whichever way it is sent and received. RFC 3261 §18 */
import { type Family } from './address.js'
import {
  type Listener,
  type ListenOptions,
  type Receiver,
  type Transport,
  type TransportHost,
} from './transport.js'

/** What a listener of datagrams calls itself. */
export const udpProtocol: Pick<Transport, 'name' | 'reliable' | 'defaultPort'> = {
  name: 'UDP',
  reliable: false,
  defaultPort: 5060,
}

/** One of the ways to listen: over `node:dgram`, or in native batches. */
export type ListenForDatagrams = (
  options: ListenOptions,
  receiver: Receiver,
  host: TransportHost,
) => Promise<Listener>

/** The most that one datagram carries: 65535 less the IP (IPv4 only, it counts itself) and UDP headers. */
export const maxPayload: Readonly<Record<Family, number>> = { 4: 65_507, 6: 65_527 }

/** No SIP message is shorter: what is, keeps a NAT's binding open. RFC 5626 §3.5.1, RFC 6223 */
export const minMessageBytes = 20

/** Errors that concern one datagram, not the way to the far end: the retransmission gets through, or tells more. */
export const passingErrors: ReadonlySet<string> = new Set([
  'EMSGSIZE',
  'ENOBUFS',
  'ENOMEM',
  'EAGAIN',
  'EINTR',
])
