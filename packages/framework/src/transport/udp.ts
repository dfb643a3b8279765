/**
 * UDP: one datagram, one message. RFC 3261 §18
 *
 * There are two ways to the same behaviour: native batches (`@sipwright/udp-native`, Linux, compiled when it was
 * installed), which cost about half of the processor time, and `node:dgram`, which is always there. Nothing else in the
 * framework knows which one it is.
 */
import type * as Native from '@sipwright/udp-native'
import { type ListenForDatagrams, udpProtocol } from './datagram.js'
import { formatEndpoint } from './address.js'
import { type Transport } from './transport.js'
import { listenOverDgram } from './udp-dgram.js'
import { listenInBatches } from './udp-native.js'

/** A way to listen, and the words that say so in the log. */
export interface UdpChoice {
  readonly listen: ListenForDatagrams
  /** `udp: native batches`, `udp: node:dgram (not built)` */
  readonly text: string
}

export const udp: Transport = {
  ...udpProtocol,
  async prepare() {
    await chosen()
  },
  async listen(options, receiver, host) {
    const { listen, text } = await chosen()
    const listener = await listen(options, receiver, host)
    const { address, port } = listener.local
    host.log.info({ listener: `UDP:${formatEndpoint(address, port)}` }, text)
    return listener
  },
}

/** Native batches where they can be had and `SIPWRIGHT_NATIVE` is not 0. Never rejects. */
export async function chooseUdp(
  environment: Readonly<Record<string, string | undefined>>,
  load: () => Promise<typeof Native>,
): Promise<UdpChoice> {
  if (environment['SIPWRIGHT_NATIVE'] === '0') return overDgram('SIPWRIGHT_NATIVE=0')
  let native: typeof Native
  try {
    native = await load()
  } catch {
    return overDgram('@sipwright/udp-native is not installed')
  }
  const reason = native.whyUnavailable()
  if (reason !== undefined) return overDgram(`@sipwright/udp-native: ${reason}`)
  return { listen: listenInBatches(native.openUdp), text: 'udp: native batches' }
}

let choice: Promise<UdpChoice> | undefined

function chosen(): Promise<UdpChoice> {
  choice ??= chooseUdp(process.env, () => import('@sipwright/udp-native'))
  return choice
}

function overDgram(reason: string): UdpChoice {
  return { listen: listenOverDgram, text: `udp: node:dgram (${reason})` }
}
