/** Kamailio's `ds_get_hash` and `ds_hash_fields`, bit for bit. It is commutative and thin; ours are in rendezvous.ts. */

/** The hash of one field or two, from 1 to 2³²−1. */
export function kamailioHash(one: string, two = ''): number {
  const sum = (part(one) + part(two)) >>> 0
  const mixed = (sum + (sum >>> 11) + (sum >>> 13) + (sum >>> 23)) >>> 0
  return mixed === 0 ? 1 : mixed
}

/** Four characters at a time, big-endian; what is left over makes a shorter number. */
function part(text: string): number {
  let hash = 0
  const whole = text.length & ~3
  for (let at = 0; at < whole; at += 4) {
    const word =
      ((text.charCodeAt(at) << 24) |
        (text.charCodeAt(at + 1) << 16) |
        (text.charCodeAt(at + 2) << 8) |
        text.charCodeAt(at + 3)) >>>
      0
    hash = (hash + ((word ^ (word >>> 3)) >>> 0)) >>> 0
  }
  let rest = 0
  for (let at = whole; at < text.length; at++) rest = ((rest << 8) | text.charCodeAt(at)) >>> 0
  return (hash + ((rest ^ (rest >>> 3)) >>> 0)) >>> 0
}
