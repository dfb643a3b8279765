/**
 * Makes hostile variants of texts that are nearly right: what a random string would be refused for in its first octets, these
 * carry deep into a parser. The same seed makes the same texts.
 */

/** What has broken SIP parsers, and what means something to ours. */
const words: readonly string[] = [
  ...['\r\n', '\n', '\r', '\r\n ', '\r\n\r\n', '\0', '\t', ' ', '\x7f', '\xff', '\xc0\x80', '\x01'],
  ...[
    '"',
    '\\"',
    '\\',
    '<',
    '>',
    '<>',
    '<<sip:',
    '(',
    ')',
    ';',
    ';;',
    ',',
    ',,',
    '=',
    ':',
    '@',
    '?',
  ],
  ...['%', '%0', '%00', '%0d%0a', '%41', '[', ']', '[::1]', '[::ffff:1.2.3.4]', '0.0.0.0', '*'],
  ...['sip:', 'SIPS:', 'tel:+1', 'sip:a@b', 'SIP/2.0', 'SIP/2.0/UDP ', 'SIP/3.0', 'UDP', 'WSS'],
  ...[
    'z9hG4bK',
    ';branch=z9hG4bK',
    ';branch=',
    ';rport',
    ';rport=0',
    ';received=1.2.3.4',
    ';lr',
    ';tag=',
  ],
  ...[
    ';maddr=255.255.255.255',
    ';ttl=256',
    ';transport=tls',
    ';lr=on',
    ';method=ACK',
    '?Route=%3Csip:x%3E',
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    '0',
    '-1',
    '1e9',
    '0x10',
    '4294967296',
    '99999999999999999999',
  ],
  ...[
    'Via: ',
    'v: ',
    'Route: <sip:x;lr>\r\n',
    'Content-Length: 0\r\n',
    'l: 5\r\n',
    'CSeq: 1 INVITE\r\n',
  ],
  ...[
    'Max-Forwards: 0\r\n',
    'Record-Route: ',
    'Contact: *\r\n',
    'INVITE',
    'ACK',
    'CANCEL',
    'Digest ',
  ],
]

export class Mutator {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** A whole number from 0 to below `count`. */
  below(count: number): number {
    // xorshift32: fast, and every seed but 0 has a period of 2^32 - 1.
    let state = this.#state === 0 ? 0x9e3779b9 : this.#state
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    this.#state = state >>> 0
    return this.#state % count
  }

  one<Choice>(choices: readonly Choice[]): Choice {
    return choices[this.below(choices.length)]!
  }

  /** One of the texts, changed in one to four places. */
  variantOf(seeds: readonly string[]): string {
    let text = this.one(seeds)
    for (let changes = 1 + this.below(4); changes > 0; changes--) text = this.#changed(text, seeds)
    return text
  }

  /** The text in pieces, cut anywhere. */
  pieces(text: string): readonly string[] {
    const pieces: string[] = []
    for (let at = 0; at < text.length;) {
      const length = 1 + this.below(this.one([2, 8, 64, 1_500]))
      pieces.push(text.slice(at, at + length))
      at += length
    }
    return pieces
  }

  #changed(text: string, seeds: readonly string[]): string {
    const at = this.below(text.length + 1)
    switch (this.below(12)) {
      case 0:
        return text.slice(0, at) + String.fromCharCode(this.below(256)) + text.slice(at + 1)
      case 1:
      case 2:
      case 3:
        return text.slice(0, at) + this.one(words) + text.slice(at)
      case 4:
        return text.slice(0, at) + text.slice(at + 1 + this.below(8))
      case 5:
        return text.slice(0, this.below(8) === 0 ? at : text.length - this.below(4))
      case 6: {
        const other = this.one(seeds)
        return text.slice(0, at) + other.slice(this.below(other.length + 1))
      }
      case 7:
        return this.#repeated(text, at)
      case 8:
        return text.replace(/\d+/, () => this.one(words))
      default:
        return this.#inLines(text)
    }
  }

  /** A piece of it many times: what looks at everything twice for each octet is slow here. */
  #repeated(text: string, at: number): string {
    const piece = this.below(2) === 0 ? this.one(words) : text.slice(at, at + 1 + this.below(20))
    const times = this.below(32) === 0 ? 4_000 : 1 + this.below(40)
    return text.slice(0, at) + piece.repeat(times).slice(0, 65_000) + text.slice(at)
  }

  /** A line is written twice, left out, moved, folded, or named otherwise. */
  #inLines(text: string): string {
    const lines = text.split('\r\n')
    const at = this.below(lines.length)
    const line = lines[at]!
    switch (this.below(6)) {
      case 0:
        lines.splice(this.below(lines.length), 0, line)
        break
      case 1:
        lines.splice(at, 1)
        break
      case 2:
        lines[at] = lines[0]!
        lines[0] = line
        break
      case 3:
        lines[at] = line.replace(/[ ,;]/, (found) => `${found}\r\n `)
        break
      case 4:
        lines[at] = line.replace(':', this.one([' :', '\t:', '\x01:', '::', ' \r\n :']))
        break
      default:
        lines[at] = `${line}${this.one(words)}`
    }
    return lines.join('\r\n')
  }
}
