/**
 * Header field names as small numbers: a line's name is looked at once, when the message comes in, and
 * compared as a number from then on. Compact forms of RFC 3261 §7.3.3 and those registered later share
 * the number of their long form.
 */
import { isWord, lowerCode } from './grammar.js'

/** Any name that is not in the table. */
export const UNKNOWN = 0
export const VIA = 1
export const FROM = 2
export const TO = 3
export const CALL_ID = 4
export const CSEQ = 5
export const MAX_FORWARDS = 6
export const CONTENT_LENGTH = 7
export const ROUTE = 8
export const RECORD_ROUTE = 9
export const CONTACT = 10
export const TIMESTAMP = 11

/** Small letters, in the order of the numbers above; those without a constant are only found faster. */
const names: readonly (readonly [name: string, compact?: string])[] = [
  ['via', 'v'],
  ['from', 'f'],
  ['to', 't'],
  ['call-id', 'i'],
  ['cseq'],
  ['max-forwards'],
  ['content-length', 'l'],
  ['route'],
  ['record-route'],
  ['contact', 'm'],
  ['timestamp'],
  ['content-type', 'c'],
  ['content-encoding', 'e'],
  ['supported', 'k'],
  ['subject', 's'],
  // RFC 6665 §8.2
  ['event', 'o'],
  ['allow-events', 'u'],
  // RFC 3515 §2.1, RFC 3892 §3
  ['refer-to', 'r'],
  ['referred-by', 'b'],
  // RFC 4028 §4
  ['session-expires', 'x'],
  // RFC 3841 §9
  ['accept-contact', 'a'],
  ['reject-contact', 'j'],
  ['request-disposition', 'd'],
  // RFC 8224 §4, RFC 4474 §14
  ['identity', 'y'],
  ['identity-info', 'n'],
  ['require'],
  ['proxy-require'],
  ['allow'],
  ['expires'],
  ['user-agent'],
  ['server'],
  ['accept'],
  ['authorization'],
  ['proxy-authorization'],
  ['p-asserted-identity'],
  ['privacy'],
  ['path'],
  ['reason'],
]

interface Known {
  readonly id: number
  readonly name: string
}

const compactIds = new Uint8Array(256)
const byLength: Known[][] = Array.from({ length: 24 }, () => [])
for (const [index, [name, compact]] of names.entries()) {
  byLength[name.length]!.push({ id: index + 1, name })
  if (compact !== undefined) compactIds[compact.charCodeAt(0)] = index + 1
}

/** The number of the name that stands in `text` from `from` to `to`, in any case, compact or long. */
export function headerId(text: string, from: number, to: number): number {
  const length = to - from
  if (length === 1) return compactIds[lowerCode(text.charCodeAt(from)) & 0xff]!
  if (length >= byLength.length) return UNKNOWN
  for (const known of byLength[length]!) {
    if (isWord(text, from, to, known.name)) return known.id
  }
  return UNKNOWN
}
