/** Takes out of a quoted line what may be a secret: passwords in URLs, values of definitions, and all strings of a line that speaks of one. */

/** Longer lines are cut off. */
const longest = 1_000

/** The text on one line, without control characters, without secrets. */
export function redacted(text: string): string {
  const plain = text
    .slice(0, longest)
    .replaceAll(/[\0-\x1f\x7f-\x9f\u2028\u2029]+/g, ' ')
    .trim()
  const definition = /^[#!]!\s?(?:re|try)?(?:def|subst)\w*\s+"?[\w.]*/i.exec(plain)?.[0]
  if (definition !== undefined && definition.length < plain.length) return `${definition} …`
  const urls = plain
    .replaceAll(/([a-z][a-z\d+.-]{0,30}:\/\/)[^\s"']*@/gi, '$1…@')
    .replaceAll(/(sips?:[^\s:@"';]*):[^\s@"']*@/gi, '$1:…@')
  const whole = text.length > longest ? `${withoutTail(urls)}…` : urls
  return secretive.test(whole) ? whole.replaceAll(strings, '"…"') : whole
}

/** What may be named by it is not shown. */
export const secretive =
  /pass|secret|token|pwd|credential|authenticate|auth_?key|api_?key|private_?key|ha1/i

const strings = /"(?:[^"\\]|\\.)*(?:"|$)|'[^']*(?:'|$)/g

/** A password may have been cut off before the sign behind it. */
function withoutTail(text: string): string {
  return text.replace(/[^\s"']*$/, '')
}
