/** Addresses as packets hold them: four or sixteen bytes. RFC 791, RFC 4291 */
import { isIPv4, isIPv6 } from 'node:net'
import { type LocalAddress } from '@sipwright/framework'

/** Our own address in the family of the far end: a listener on all addresses has none that a packet could name. */
export function nearBytes(local: LocalAddress, family: number): Buffer {
  for (const each of [local.address, local.advertisedHost]) {
    const isAll = each === '0.0.0.0' || each === '::'
    if (isAll || !(isIPv4(each) || isIPv6(each))) continue
    const bytes = addressBytes(each)
    if (bytes.length === family) return bytes
  }
  return addressBytes(family === 4 ? '127.0.0.1' : '::1')
}

/** Four or sixteen bytes. */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number))
  if (!isIPv6(address)) return Buffer.alloc(4)
  const [plain = ''] = address.split('%')
  const dotted = plain.slice(plain.lastIndexOf(':') + 1)
  const text = isIPv4(dotted)
    ? plain.slice(0, -dotted.length) + addressBytes(dotted).toString('hex').replace(/^..../, '$&:')
    : plain
  const [before = '', after] = text.split('::')
  const words = (part: string | undefined): string[] =>
    part === undefined || part === '' ? [] : part.split(':')
  const [front, back] = [words(before), words(after)]
  const bytes = Buffer.alloc(16)
  front.forEach((word, index) => bytes.writeUInt16BE(parseInt(word, 16), 2 * index))
  back.forEach((word, index) => {
    bytes.writeUInt16BE(parseInt(word, 16), 16 - 2 * (back.length - index))
  })
  return bytes
}
