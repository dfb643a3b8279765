/** Method names as one string each: compared by address, and held by thousands of transactions at no cost. RFC 3261 §7.1 */

const names = ['INVITE', 'ACK', 'BYE', 'CANCEL', 'OPTIONS', 'REGISTER', 'PRACK', 'UPDATE', 'INFO']
const extensions = ['SUBSCRIBE', 'NOTIFY', 'REFER', 'MESSAGE', 'PUBLISH']

/** By length and first letter, of which no two methods have both. */
const table: (string | undefined)[] = Array.from({ length: 16 * 32 })
for (const name of [...names, ...extensions]) table[placeOf(name.length, name.charCodeAt(0))] = name

/** The method that stands in `text` from `from` to `to`, case-sensitive as methods are. */
export function methodName(text: string, from: number, to: number): string {
  const known = to - from < 16 ? table[placeOf(to - from, text.charCodeAt(from))] : undefined
  return known !== undefined && text.startsWith(known, from) ? known : text.slice(from, to)
}

function placeOf(length: number, first: number): number {
  return length * 32 + (first & 31)
}
