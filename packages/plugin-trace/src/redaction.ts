/**
 * What an operator who looks at calls does not need: answers to challenges, keys of media, passwords in URIs, digits that a caller
 * types. Each character of them becomes an `x`, so that lengths stay true. RFC 7616 §5, RFC 4568 §6, RFC 8839 §5.4, RFC 6086
 */

/** A message of latin1 text without its secrets. */
export function redacted(text: string): string {
  const end = text.indexOf('\r\n\r\n')
  const head = end < 0 ? text : text.slice(0, end)
  const body = end < 0 ? '' : text.slice(end)
  const shownHead = head
    .replace(credentials, (_, name: string, value: string) => name + withoutAnswers(value))
    .replace(password, (_, before: string, secret: string) => before + hidden(secret))
  if (body.length <= 4) return shownHead + body
  const shownBody = body.replace(mediaSecret, (_, before: string, secret: string) => {
    return before + hidden(secret)
  })
  return shownHead + (head.startsWith('INFO ') ? withoutDigits(head, shownBody) : shownBody)
}

/** A field and the lines that it is folded over. */
const credentials = /^((?:proxy-)?authorization[ \t]*:[ \t]*)([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)/gim
const answers = /\b(response|nonce|cnonce)([ \t]*=[ \t]*)("[^"]*"?|[^\s,]*)/gi
const password = /(sips?:[^\s:@;<>?"]{1,128}:)([^\s:@;<>?"]{1,128})(?=@)/gi
const mediaSecret = /^(a=crypto:[^\r\n]*?inline:|a=ice-pwd:|a=fingerprint:|k=)([^\r\n]*)/gim
const signal = /^([ \t]*signal[ \t]*[=:][ \t]*)([^\r\n]*)/gim

function withoutAnswers(value: string): string {
  // Of other schemes everything is a secret: a password in base64, a token.
  if (!/^digest\s/i.test(value)) {
    const scheme = /^\S+\s+/.exec(value)?.[0] ?? ''
    return scheme + hidden(value.slice(scheme.length))
  }
  return value.replace(answers, (_, name: string, equals: string, secret: string) => {
    const quoted = secret.startsWith('"') && secret.endsWith('"') && secret.length > 1
    return `${name}${equals}${quoted ? `"${hidden(secret.slice(1, -1))}"` : hidden(secret)}`
  })
}

/** Digits as gateways send them: a line `Signal=5`, or nothing but the digit. */
function withoutDigits(head: string, body: string): string {
  const shown = body.replace(signal, (_, before: string, digits: string) => before + hidden(digits))
  const isBare =
    /^(?:content-type|c)[ \t]*:[ \t]*(?:application\/dtmf|audio\/telephone-event)\b(?!-)/im
  return isBare.test(head) ? shown.replace(/[0-9A-Da-d*#]/g, 'x') : shown
}

function hidden(secret: string): string {
  return secret.replace(/[^\r\n \t]/g, 'x')
}
