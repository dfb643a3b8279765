/**
 * One message as a HEP3 packet: `HEP3`, its length, and chunks of vendor, type, length, value.
 * The Hep Version 3 Network Protocol Specification, rev. 11, §3
 */
import { type CapturedMessage } from '../export/pcap.js'
import { addressBytes, nearBytes } from '../address-bytes.js'

export interface HepMessage extends CapturedMessage {
  /** Joins the legs of a call whose Call-IDs differ. */
  readonly correlation?: string | undefined
}

export interface HepNode {
  readonly captureId: number
  readonly password?: string | undefined
}

/** Types of chunks. */
const chunks = {
  ...{ family: 1, protocol: 2, seconds: 9, microseconds: 10, kind: 11, captureId: 12 },
  ...{ sourcePort: 7, targetPort: 8, password: 14, payload: 15, correlation: 17 },
} as const

const [afInet, afInet6] = [2, 10] as const
const [tcpNumber, udpNumber] = [6, 17] as const
const sip = 1
/** Lengths are 16 bits; a longer message is cut. */
const longest = 65_000

/** `wallMs`: milliseconds since 1970. */
export function hepPacket(message: HepMessage, wallMs: number, node: HepNode): Buffer {
  const { outward, local, address, port, text, correlation } = message
  const far = addressBytes(address)
  const near = nearBytes(local, far.length)
  const isV4 = far.length === 4
  const [source, target] = outward ? [near, far] : [far, near]
  const micros = Math.max(0, Math.round(wallMs * 1_000))
  const parts = [
    chunk(chunks.family, number(1, isV4 ? afInet : afInet6)),
    chunk(chunks.protocol, number(1, local.reliable ? tcpNumber : udpNumber)),
    chunk(isV4 ? 3 : 5, source),
    chunk(isV4 ? 4 : 6, target),
    chunk(chunks.sourcePort, number(2, outward ? local.port : port)),
    chunk(chunks.targetPort, number(2, outward ? port : local.port)),
    chunk(chunks.seconds, number(4, Math.floor(micros / 1_000_000))),
    chunk(chunks.microseconds, number(4, micros % 1_000_000)),
    chunk(chunks.kind, number(1, sip)),
    chunk(chunks.captureId, number(4, node.captureId)),
    ...(node.password === undefined ? [] : [chunk(chunks.password, Buffer.from(node.password))]),
    ...(correlation === undefined
      ? []
      : [chunk(chunks.correlation, Buffer.from(correlation, 'latin1'))]),
    chunk(chunks.payload, Buffer.from(text.slice(0, longest - 1_000), 'latin1')),
  ]
  const header = Buffer.from('HEP3\0\0')
  header.writeUInt16BE(6 + parts.reduce((sum, { length }) => sum + length, 0), 4)
  return Buffer.concat([header, ...parts])
}

function chunk(type: number, value: Buffer): Buffer {
  const header = Buffer.alloc(6)
  header.writeUInt16BE(type, 2)
  header.writeUInt16BE(6 + value.length, 4)
  return Buffer.concat([header, value])
}

function number(bytes: number, value: number): Buffer {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntBE(value, 0, bytes)
  return buffer
}
