/** What a listener may hold and how long it waits, unless the operator says otherwise. */
import { defaultMessageLimits } from '../message/parse.js'
import { defaultDescriptors } from './descriptors.js'
import { type TransportLimits } from './transport.js'

export const defaultTransportLimits: TransportLimits = {
  message: defaultMessageLimits,
  // A few thousand phones or trunks; well below the usual limit of open files.
  connections: 4_096,
  // An office behind one NAT fits; one address cannot take all that there are.
  connectionsPerSource: 64,
  // All that the process may open but five hundred, or but a quarter of few.
  descriptors: defaultDescriptors(),
  // A whole message crosses any usable network in this time; a slowloris does not get more.
  messageTimeoutMs: 5_000,
  // Who connects to a SIP server has something to say.
  firstByteTimeoutMs: 10_000,
  // Five keep-alive intervals of RFC 5626 §4.4.1 (120 s).
  idleTimeoutMs: 600_000,
  // A gateway that does not complete a handshake in this time is as good as down: others wait to be tried.
  connectTimeoutMs: 1_000,
  // About a hundred messages; a reader that is further behind will not catch up in a transaction's life.
  sendQueueBytes: 65_536,
  // A thousand readers that are as far behind as one may be; of ten thousand connections the rest must read.
  allSendQueuesBytes: 67_108_864,
  // The kernel looks through the sockets of a port one by one: up to here under 1 µs for each datagram.
  udpDestinations: 256,
  // Less than the path to a phone varies by, and at 1,000 calls a second it halves the wake-ups of the process.
  udpCoalesceMs: 1,
}
