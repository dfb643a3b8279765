/**
 * The texts that are sealed (URIs, route sets, Call-IDs) in fewer octets, so that a Contact that nobody can read is not much
 * longer than the one that it stands for. Exact: what is expanded is what was compacted, character for character.
 */

/** Words that stand for themselves by one octet. Their places are part of the format: add at the end, change none. */
const words = [
  'sip:',
  'sips:',
  ';transport=udp',
  ';transport=tcp',
  ';transport=tls',
  ';transport=ws',
  ';lr',
  ';ob',
  ';user=phone',
  'mod_sofia@',
  'gw+',
  ';alias=',
  ';rinstance=',
  ';fs_nat=yes',
  ';fs_path=',
  ';ftag=',
  ';did=',
  ';nat=yes',
  ';r2=on',
  'asterisk@',
  ';rport',
  ';maddr=',
  '%3B',
  '%3D',
  '%40',
  ';transport=UDP',
  ';transport=TCP',
  ';transport=TLS',
]

const IPV4 = 0x80
const PORT = 0x81
const UUID = 0x82
const HEX = 0x83
const FIRST_WORD = 0x90
/** Stands first: what follows is the text as it is. */
const PLAIN = 0xff

const parts = new RegExp(
  [
    String.raw`(?<ipv4>(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.]))`,
    String.raw`(?<port>:[1-9]\d{2,4}(?!\d))`,
    String.raw`(?<uuid>[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12})`,
    String.raw`(?<hex>(?:[\da-f]{2}){4,120})`,
    `(?<word>${words.map((word) => word.replaceAll(/[.+?*]/g, String.raw`\$&`)).join('|')})`,
  ].join('|'),
  'g',
)

const codes = new Map(words.map((word, index) => [word, FIRST_WORD + index]))

/** The text, latin1, in as few octets as its shapes allow. */
export function compact(text: string): Buffer {
  // Octets from 0x80 on are codes.
  if (/[^\0-\x7f]/.test(text)) return Buffer.concat([Buffer.of(PLAIN), Buffer.from(text, 'latin1')])
  const octets: number[] = []
  let at = 0
  for (const match of text.matchAll(parts)) {
    const code = codeOf(match)
    if (code === undefined) continue
    pushText(octets, text, at, match.index)
    octets.push(...code)
    at = match.index + match[0].length
  }
  pushText(octets, text, at, text.length)
  return Buffer.from(octets)
}

/** What `compact` made the octets from; undefined if it made them from nothing. */
export function expand(octets: Buffer): string | undefined {
  if (octets[0] === PLAIN) return octets.toString('latin1', 1)
  let text = ''
  let at = 0
  while (at < octets.length) {
    const octet = octets[at]!
    if (octet < 0x80) {
      text += String.fromCharCode(octet)
      at++
      continue
    }
    const from = at + (octet === HEX ? 2 : 1)
    const to = from + lengthOf(octet, octets[at + 1])
    if (to > octets.length) return undefined
    const part = textOf(octet, octets.subarray(from, to))
    if (part === undefined) return undefined
    text += part
    at = to
  }
  return text
}

function pushText(octets: number[], text: string, from: number, to: number): void {
  for (let at = from; at < to; at++) octets.push(text.charCodeAt(at))
}

/** Undefined: not written as it would be expanded. */
function codeOf({ groups = {} }: RegExpExecArray): readonly number[] | undefined {
  const { ipv4, port, uuid, hex, word } = groups
  if (ipv4 !== undefined) {
    const bytes = ipv4.split('.').map(Number)
    return bytes.join('.') === ipv4 && bytes.every((byte) => byte < 256)
      ? [IPV4, ...bytes]
      : undefined
  }
  if (port !== undefined) {
    const number = Number(port.slice(1))
    return number < 65_536 ? [PORT, number >> 8, number & 0xff] : undefined
  }
  if (uuid !== undefined) return [UUID, ...Buffer.from(uuid.replaceAll('-', ''), 'hex')]
  if (hex !== undefined) return [HEX, hex.length / 2, ...Buffer.from(hex, 'hex')]
  return [codes.get(word ?? '') ?? 0]
}

function lengthOf(code: number, next = 0): number {
  if (code === IPV4) return 4
  if (code === PORT) return 2
  if (code === UUID) return 16
  return code === HEX ? next : 0
}

function textOf(code: number, octets: Buffer): string | undefined {
  if (code === IPV4) return octets.join('.')
  if (code === PORT) return `:${octets.readUInt16BE()}`
  if (code === HEX) return octets.toString('hex')
  if (code === UUID) {
    const digits = octets.toString('hex')
    const ends = [0, 8, 12, 16, 20, 32]
    return ends
      .slice(1)
      .map((end, index) => digits.slice(ends[index], end))
      .join('-')
  }
  return words[code - FIRST_WORD]
}
