/** The Call-ID of a message as it stands on the wire, found without parsing it. RFC 3261 §7.3.1, §20.8 */

/** Longer ones are nobody's but a stranger's who means harm. */
const longest = 256

const usualName = '\r\nCall-ID:'

/** Undefined: there is none, or one too long to remember. */
export function callIdOf(text: string): string | undefined {
  const end = text.indexOf('\r\n\r\n')
  const headEnd = end < 0 ? text.length : end
  const usual = text.indexOf(usualName)
  if (usual >= 0 && usual < headEnd) return valueAt(text, usual + usualName.length)
  const head = text.slice(0, headEnd)
  const match = /^(?:call-id|i)[ \t]*:/im.exec(head)
  return match === null ? undefined : valueAt(head, match.index + match[0].length)
}

function valueAt(text: string, from: number): string | undefined {
  let end = from
  while (end < text.length && end < from + 2 * longest && !isEnd(text.charCodeAt(end))) end++
  const value = text.slice(from, end).trim()
  return value === '' || value.length > longest ? undefined : value
}

function isEnd(code: number): boolean {
  return code === 0x0d || code === 0x0a
}
