/**
 * Whose a datagram is, found in its raw text before anything is spent on it. All requests of a call, their
 * retransmissions, CANCEL and ACK carry one Call-ID (RFC 3261 §8.1.1.4, §9.1, §17.1.1.3), so its hash names the worker.
 * A response names the worker that sent its request, in the mark of our Via on top.
 */

/** A Via parameter that brings the response home. Of several workers on one address, this one sent. */
export function viaMarkOf(index: number): string {
  return `;${markName}=${index}`
}

/**
 * The worker, from 0 to `count` − 1; −1 when the text does not say, so that whoever has it answers. `seed` is drawn at
 * each launch: a stranger cannot aim all his calls at one worker.
 */
export function ownerOf(text: string, count: number, seed: number): number {
  if (text.startsWith('SIP/2.0')) {
    const marked = markOf(text)
    if (marked >= 0) return marked % count
  }
  const at = callIdAt(text)
  return at < 0 ? -1 : hashFrom(text, at, seed) % count
}

/** What the branch of the first Via hashes to, as `hashOfBranch` says; −1 if it has none. */
export function branchHashOf(text: string, seed: number): number {
  const via = firstViaAt(text)
  if (via < 0) return -1
  for (let at = via; at < via + maxHashed; at++) {
    const code = text.charCodeAt(at)
    if (code === cr || code === lf || code === comma || Number.isNaN(code)) return -1
    if (code === semicolon && isBranch(text, at + 1)) {
      return hashFrom(text, at + 1 + branchName.length, seed, true)
    }
  }
  return -1
}

/** Of a branch alone. */
export function hashOfBranch(branch: string, seed: number): number {
  return hashFrom(branch, 0, seed, true)
}

const markName = 'w'
const branchName = 'branch='

/** As many header lines as a message may have: `defaultMessageLimits`. */
const maxLines = 512
/** White space between a header's name and its value. */
const maxSpace = 256
/** More of a Call-ID than anybody writes; what follows would decide nothing. */
const maxHashed = 1_024

const tab = 0x09
const lf = 0x0a
const cr = 0x0d
const space = 0x20
const comma = 0x2c
const colon = 0x3a
const semicolon = 0x3b
const equals = 0x3d

/** Where the value of the first Call-ID begins; −1 if there is none. §7.3.1: any case, the short form, folded lines */
function callIdAt(text: string): number {
  for (let at = firstHeaderAt(text), line = 0; at > 0 && line < maxLines; line++) {
    const code = text.charCodeAt(at)
    if (code === cr || code === lf) return -1
    const length = lower(code) === 0x69 ? 1 : lower(code) === 0x63 ? 7 : 0
    if (length === 1 || (length === 7 && isCallId(text, at))) {
      const value = valueAt(text, at + length)
      if (value >= 0) return value
    }
    at = text.indexOf('\n', at) + 1
  }
  return -1
}

/** The mark of the first Via; −1 if it has none. */
export function markOf(text: string): number {
  const via = firstViaAt(text)
  return via < 0 ? -1 : markIn(text, via)
}

/** Where the value of the first Via begins; −1 if there is none. */
function firstViaAt(text: string): number {
  for (let at = firstHeaderAt(text), line = 0; at > 0 && line < maxLines; line++) {
    const code = lower(text.charCodeAt(at))
    if (code === cr || code === lf) return -1
    if (code === 0x76) {
      const value = valueAt(text, at + (isVia(text, at) ? 3 : 1))
      if (value >= 0) return value
    }
    at = text.indexOf('\n', at) + 1
  }
  return -1
}

function isBranch(text: string, from: number): boolean {
  for (let index = 0; index < branchName.length; index++) {
    const code = text.charCodeAt(from + index)
    if ((index < 6 ? lower(code) : code) !== branchName.charCodeAt(index)) return false
  }
  return true
}

/** Behind the start line, and behind the empty lines that may stand before it (§7.5). 0: there is none. */
function firstHeaderAt(text: string): number {
  let at = 0
  while (at < maxSpace && (text.charCodeAt(at) === cr || text.charCodeAt(at) === lf)) at++
  return text.indexOf('\n', at) + 1
}

/** `;w=` and digits, before the value's end and before the next Via of the same line. */
function markIn(text: string, from: number): number {
  for (let at = from; at < from + maxHashed; at++) {
    const code = text.charCodeAt(at)
    if (code === cr || code === lf || code === comma || Number.isNaN(code)) return -1
    if (
      code === semicolon &&
      text.charCodeAt(at + 1) === markName.charCodeAt(0) &&
      text.charCodeAt(at + 2) === equals
    ) {
      return smallNumberAt(text, at + 3)
    }
  }
  return -1
}

function smallNumberAt(text: string, from: number): number {
  let number = -1
  for (let at = from; at < from + 4; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (!(digit >= 0 && digit <= 9)) break
    number = Math.max(number, 0) * 10 + digit
  }
  return number
}

function isCallId(text: string, at: number): boolean {
  for (let index = 1; index < callIdName.length; index++) {
    if (lower(text.charCodeAt(at + index)) !== callIdName.charCodeAt(index)) return false
  }
  return true
}

const callIdName = 'call-id'

function isVia(text: string, at: number): boolean {
  return lower(text.charCodeAt(at + 1)) === 0x69 && lower(text.charCodeAt(at + 2)) === 0x61
}

/** Behind HCOLON, which may be folded (§7.3.1, §25.1); −1 if no colon or no value follows. */
function valueAt(text: string, from: number): number {
  let at = from
  const end = from + maxSpace
  while (at < end && isBlank(text.charCodeAt(at))) at++
  if (text.charCodeAt(at) !== colon) return -1
  for (at++; at < end; at++) {
    const code = text.charCodeAt(at)
    if (isBlank(code) || code === cr) continue
    if (code !== lf) return Number.isNaN(code) ? -1 : at
    if (!isBlank(text.charCodeAt(at + 1))) return -1
  }
  return -1
}

function isBlank(code: number): boolean {
  return code === space || code === tab
}

/** FNV-1a; two multiplications spread its last characters over all bits. */
function hashFrom(text: string, from: number, seed: number, isParameter = false): number {
  let hash = 0x811c9dc5 ^ seed
  for (let at = from; at < from + maxHashed; at++) {
    const code = text.charCodeAt(at)
    if (!(code > space)) break
    if (isParameter && (code === semicolon || code === comma)) break
    hash = Math.imul(hash ^ code, 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** Of a letter; other characters become something that is no letter of ours. */
function lower(code: number): number {
  return code | 0x20
}
