/** Numbers as text that may stand in a token (RFC 3261 §25.1): six bits a character, two characters at a time. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const pairs = Array.from(
  { length: 4_096 },
  (_, bits) => alphabet.charAt(bits >>> 6) + alphabet.charAt(bits & 63),
)

/** 32 bits as six characters. `Number.toString(36)` takes a division for each and several times as long. */
export function spell(word: number): string {
  return pairs[word >>> 20]! + pairs[(word >>> 8) & 0xfff]! + pairs[word & 0xff]!
}
