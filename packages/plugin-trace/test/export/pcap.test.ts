import { expect, test } from '@jest/globals'
import { addressBytes } from '#src/address-bytes.js'
import { type CapturedMessage, pcapOf } from '#src/export/pcap.js'

const local = {
  ...{ transport: 'TLS', reliable: true, address: '192.0.2.1', port: 5061 },
  ...{ advertisedHost: '192.0.2.1', advertisedPort: 5061, zone: 'public' },
}
const message: CapturedMessage = {
  ...{ at: 0, outward: false, text: 'OPTIONS sip:a SIP/2.0\r\n\r\n', local },
  ...{ address: '192.0.2.7', port: 40_000 },
}

test('a record is a raw IPv4 packet with a UDP datagram, checksums right (RFC 791, RFC 768)', () => {
  const capture = pcapOf([message], () => 1_700_000_000_123)
  expect(capture.readUInt32LE(0)).toBe(0xa1b2c3d4)
  expect(capture.readUInt32LE(20)).toBe(101)
  expect(capture.readUInt32LE(24)).toBe(1_700_000_000)
  expect(capture.readUInt32LE(28)).toBe(123_000)
  const packet = capture.subarray(40)
  expect(capture.readUInt32LE(32)).toBe(packet.length)
  expect([...packet.subarray(12, 20)]).toEqual([192, 0, 2, 7, 192, 0, 2, 1])
  expect(packet.readUInt16BE(20)).toBe(40_000)
  expect(packet.readUInt16BE(22)).toBe(5_061)
  expect(packet.subarray(28).toString()).toBe(message.text)
  let sum = 0
  for (let at = 0; at < 20; at += 2) sum += packet.readUInt16BE(at)
  expect((sum & 0xffff) + (sum >>> 16)).toBe(0xffff)
})

test('IPv6 addresses in every form (RFC 4291 §2.2)', () => {
  const hex = (address: string) => addressBytes(address).toString('hex')
  expect(hex('2001:db8::7')).toBe('20010db8000000000000000000000007')
  expect(hex('::ffff:192.0.2.1')).toBe('00000000000000000000ffffc0000201')
  expect(hex('fe80::1%eth0')).toBe('fe800000000000000000000000000001')
  const capture = pcapOf([{ ...message, outward: true, address: '2001:db8::7' }], () => 0)
  expect(capture.readUInt8(40) >> 4).toBe(6)
})
