/**
 * Messages as a capture file: each becomes a UDP datagram between the addresses that it passed, whatever transport carried it, so
 * that an analyser shows what was inside TLS, too. draft-ietf-opsawg-pcap (link type 101: raw IP), RFC 791, RFC 8200, RFC 768
 */
import { type LocalAddress } from '@sipwright/framework'
import { addressBytes, nearBytes } from '../address-bytes.js'

/** What a capture needs of a message. */
export interface CapturedMessage {
  /** Of the app's clock. */
  readonly at: number
  readonly outward: boolean
  /** latin1 */
  readonly text: string
  readonly local: LocalAddress
  readonly address: string
  readonly port: number
}

/** An IP packet carries no more. */
const longest = 65_000

/** A capture file; `wall` makes milliseconds since 1970 of a time. */
export function pcapOf(messages: readonly CapturedMessage[], wall: (at: number) => number): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(0xa1b2c3d4, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(65_535, 16)
  header.writeUInt32LE(101, 20)
  return Buffer.concat([header, ...messages.flatMap((each) => record(each, wall(each.at)))])
}

function record(message: CapturedMessage, atMs: number): [Buffer, Buffer] {
  const packet = packetOf(message)
  const header = Buffer.alloc(16)
  const microseconds = Math.max(0, Math.round(atMs * 1_000))
  header.writeUInt32LE(Math.floor(microseconds / 1_000_000), 0)
  header.writeUInt32LE(microseconds % 1_000_000, 4)
  header.writeUInt32LE(packet.length, 8)
  header.writeUInt32LE(packet.length, 12)
  return [header, packet]
}

function packetOf({ text, outward, local, address, port }: CapturedMessage): Buffer {
  const payload = Buffer.from(text.slice(0, longest), 'latin1')
  const far = addressBytes(address)
  const near = nearBytes(local, far.length)
  const [source, target] = outward ? [near, far] : [far, near]
  const udp = Buffer.alloc(8)
  udp.writeUInt16BE(outward ? local.port : port, 0)
  udp.writeUInt16BE(outward ? port : local.port, 2)
  udp.writeUInt16BE(8 + payload.length, 4)
  const datagram = Buffer.concat([udp, payload])
  const ends = Buffer.concat([source, target])
  const pseudo = Buffer.alloc(4)
  pseudo.writeUInt16BE(17, 0)
  pseudo.writeUInt16BE(datagram.length, 2)
  datagram.writeUInt16BE(checksum(Buffer.concat([ends, pseudo, datagram])) || 0xffff, 6)
  return Buffer.concat([ipHeader(far.length === 4, datagram.length, ends), datagram])
}

function ipHeader(isV4: boolean, length: number, ends: Buffer): Buffer {
  if (!isV4) {
    const header = Buffer.alloc(8)
    header.writeUInt8(0x60, 0)
    header.writeUInt16BE(length, 4)
    header.writeUInt8(17, 6)
    header.writeUInt8(64, 7)
    return Buffer.concat([header, ends])
  }
  const header = Buffer.alloc(12)
  header.writeUInt8(0x45, 0)
  header.writeUInt16BE(20 + length, 2)
  header.writeUInt8(64, 8)
  header.writeUInt8(17, 9)
  const whole = Buffer.concat([header, ends])
  whole.writeUInt16BE(checksum(whole), 10)
  return whole
}

/** RFC 1071 */
function checksum(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) {
    sum += (bytes[at]! << 8) + (at + 1 < bytes.length ? bytes[at + 1]! : 0)
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return ~sum & 0xffff
}
