/** Takes out of a quoted line what may be a secret: passwords in URLs, and whatever a line calls a password, key or token. */

/** The text on one line, without control characters, without secrets. */
export function redacted(text: string): string {
  const plain = text.replaceAll(/[\0-\x1f\x7f\x85\u2028\u2029]+/g, ' ').trim()
  const urls = plain
    .replaceAll(/([a-z][a-z\d+.-]*:\/\/)[^\s"']*@/gi, '$1…@')
    .replaceAll(/(sips?:[^\s:@"';]*):[^\s@"']*@/gi, '$1:…@')
  if (!/pass|secret|token|pwd|credential|auth_?key|api_?key|private_?key/i.test(urls)) return urls
  return urls.replaceAll(/"(?:[^"\\]|\\.)*"|'[^']*'/g, '"…"')
}
