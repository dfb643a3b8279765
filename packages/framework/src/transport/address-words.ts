/**
 * A numeric address as 32-bit words, read in one pass: what look-ups by address, of which every message has some, go by.
 * RFC 4291 §2.2
 */
import { hexDigit } from '../message/grammar.js'

const DOT = 0x2e
const COLON = 0x3a

/** The groups of the IPv6 address in hand. */
const groups = new Uint16Array(8)

/**
 * Writes the address into the first word (IPv4, and IPv4-mapped IPv6) or all four of them, and says how many bits it
 * has: 32 or 128, or 0 for what is no numeric address. A zone (`%eth0`) is left out.
 */
export function readAddress(text: string, words: Uint32Array): 0 | 32 | 128 {
  const colon = text.indexOf(':')
  if (colon < 0) {
    const word = readIpv4(text, 0, text.length)
    if (word < 0) return 0
    words[0] = word
    return 32
  }
  if (!readGroups(text)) return 0
  words[3] = groups[6]! * 0x1_0000 + groups[7]!
  words[2] = groups[4]! * 0x1_0000 + groups[5]!
  words[1] = groups[2]! * 0x1_0000 + groups[3]!
  words[0] = groups[0]! * 0x1_0000 + groups[1]!
  if (words[0] !== 0 || words[1] !== 0 || words[2] !== 0xffff) return 128
  words[0] = words[3]
  return 32
}

/** Four decimal numbers without leading zeros; -1 for anything else. */
function readIpv4(text: string, from: number, to: number): number {
  let word = 0
  let parts = 0
  for (let at = from; ; at++) {
    const start = at
    let value = 0
    for (; at < to; at++) {
      const digit = text.charCodeAt(at) - 0x30
      if (digit < 0 || digit > 9 || at - start === 3) break
      value = value * 10 + digit
    }
    const isNumber = at > start && value <= 255 && (at === start + 1 || value >= 10)
    if (!isNumber || (at - start === 3 && value < 100)) return -1
    word = word * 256 + value
    parts++
    if (parts === 4) return at === to ? word : -1
    if (text.charCodeAt(at) !== DOT || at >= to) return -1
  }
}

/** Fills `groups`; false if the text is no IPv6 address. */
function readGroups(text: string): boolean {
  const zone = text.indexOf('%')
  if (zone === text.length - 1) return false
  const end = zone < 0 ? text.length : zone
  let count = 0
  let gap = -1
  let at = 0
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return false
    gap = 0
    at = 2
  }
  while (at < end) {
    if (count === 8) return false
    const start = at
    let value = 0
    for (; at < end; at++) {
      const digit = hexDigit(text.charCodeAt(at))
      if (digit < 0) break
      value = value * 16 + digit
    }
    if (text.charCodeAt(at) === DOT) {
      const word = count > 6 ? -1 : readIpv4(text, start, end)
      if (word < 0) return false
      groups[count++] = word >>> 16
      groups[count++] = word & 0xffff
      break
    }
    if (at === start || at - start > 4) return false
    groups[count++] = value
    if (at === end) break
    if (text.charCodeAt(at) !== COLON || ++at === end) return false
    if (text.charCodeAt(at) === COLON) {
      if (gap >= 0) return false
      gap = count
      at++
    }
  }
  if (gap < 0) return count === 8
  if (count === 8) return false
  groups.copyWithin(8 - (count - gap), gap, count)
  groups.fill(0, gap, 8 - (count - gap))
  return true
}
