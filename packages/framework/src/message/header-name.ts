/**
 * Header field names as small numbers: a line's name is looked at once, when the message comes in, and
 * compared as a number from then on. Compact forms of RFC 3261 §7.3.3 and those registered later share
 * the number of their long form.
 */
import { isToken, isWord, lowerCode } from './grammar.js'

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
export const TIMESTAMP = 9

/** In the order of the numbers above; those without a constant are only found faster. */
const names: readonly (readonly [name: string, compact?: string])[] = [
  ['Via', 'v'],
  ['From', 'f'],
  ['To', 't'],
  ['Call-ID', 'i'],
  ['CSeq'],
  ['Max-Forwards'],
  ['Content-Length', 'l'],
  ['Route'],
  ['Timestamp'],
  ['Record-Route'],
  ['Contact', 'm'],
  ['Content-Type', 'c'],
  ['Content-Encoding', 'e'],
  ['Supported', 'k'],
  ['Subject', 's'],
  // RFC 6665 §8.2
  ['Event', 'o'],
  ['Allow-Events', 'u'],
  // RFC 3515 §2.1, RFC 3892 §3
  ['Refer-To', 'r'],
  ['Referred-By', 'b'],
  // RFC 4028 §4
  ['Session-Expires', 'x'],
  // RFC 3841 §9
  ['Accept-Contact', 'a'],
  ['Reject-Contact', 'j'],
  ['Request-Disposition', 'd'],
  // RFC 8224 §4, RFC 4474 §14
  ['Identity', 'y'],
  ['Identity-Info', 'n'],
  ['Require'],
  ['Proxy-Require'],
  ['Allow'],
  ['Expires'],
  ['User-Agent'],
  ['Server'],
  ['Accept'],
  ['Authorization'],
  ['Proxy-Authorization'],
  ['P-Asserted-Identity'],
  ['Privacy'],
  ['Path'],
  ['Reason'],
]

interface Known {
  readonly id: number
  readonly name: string
  /** As RFCs spell it, and nearly everybody. */
  readonly spelling: string
}

const compactIds = new Uint8Array(256)
/** By length and first letter, so that hardly ever two names are compared. */
const table: (Known[] | undefined)[] = Array.from({ length: 24 * 32 })
for (const [index, [spelling, compact]] of names.entries()) {
  const id = index + 1
  const name = spelling.toLowerCase()
  const place = placeOf(name.length, name.charCodeAt(0))
  table[place] = [...(table[place] ?? []), { id, name, spelling }]
  if (compact !== undefined) compactIds[compact.charCodeAt(0)] = id
}

/** The number of a name that stands in code, where it is nearly always spelt as its RFC spells it. */
export function nameId(name: string): number {
  const candidates = name.length < 24 ? table[placeOf(name.length, name.charCodeAt(0))] : undefined
  if (candidates !== undefined) {
    for (let index = 0; index < candidates.length; index++) {
      if (candidates[index]!.spelling === name) return candidates[index]!.id
    }
  }
  return headerId(name, 0, name.length)
}

/** The number of the name that stands in `text` from `from` to `to`, in any case, compact or long. */
export function headerId(text: string, from: number, to: number): number {
  const length = to - from
  if (length === 1) return compactIds[lowerCode(text.charCodeAt(from)) & 0xff]!
  if (length >= 24) return UNKNOWN
  const candidates = table[placeOf(length, text.charCodeAt(from))]
  if (candidates === undefined) return UNKNOWN
  for (let index = 0; index < candidates.length; index++) {
    const { id, name, spelling } = candidates[index]!
    if (text.startsWith(spelling, from) || isWord(text, from, to, name)) return id
  }
  return UNKNOWN
}

/** Names to look for all at once, in any case: one pass over a section's lines finds every one of them. */
export class HeaderNames {
  readonly #ids = new Uint8Array(256)
  /** Those without a number, in small letters. */
  readonly #others: readonly string[]
  /** What they begin with. */
  readonly #firsts = new Uint8Array(256)

  constructor(given: Iterable<string>) {
    const others: string[] = []
    for (const name of given) {
      const id = nameId(name)
      if (id !== UNKNOWN) this.#ids[id] = 1
      else {
        others.push(name.toLowerCase())
        this.#firsts[lowerCode(name.charCodeAt(0)) & 0xff] = 1
      }
    }
    this.#others = others
  }

  /** Whether a line's name is one of them: its number, and where the line begins in which text. */
  has(id: number, text: string, from: number): boolean {
    if (id !== UNKNOWN) return this.#ids[id] === 1
    if (this.#firsts[lowerCode(text.charCodeAt(from)) & 0xff] === 0) return false
    let to = from
    while (isToken(text.charCodeAt(to))) to++
    return this.#others.some((name) => isWord(text, from, to, name))
  }
}

function placeOf(length: number, first: number): number {
  return length * 32 + (first & 31)
}
