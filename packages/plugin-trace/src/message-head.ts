/** What a ladder says of a message, read from its text; a message that cannot be parsed is shown, too. RFC 3261 §7 */

export interface MessageHead {
  /** The start line. */
  readonly first: string
  /** Of a request. */
  readonly method: string | undefined
  /** Of a response. */
  readonly status: number | undefined
  /** `INVITE (SDP)`, `503` */
  readonly label: string
  readonly from: string
  readonly to: string
  /** To has a tag: within a dialog. */
  readonly tagged: boolean
  readonly cseq: string
  /** Of the topmost Via. */
  readonly branch: string
}

/** Longer texts of strangers are cut. */
const longest = 256

export function headOf(text: string): MessageHead {
  const end = text.indexOf('\r\n\r\n')
  const head = end < 0 ? text : text.slice(0, end)
  const lineEnd = head.indexOf('\r\n')
  const first = (lineEnd < 0 ? head : head.slice(0, lineEnd)).slice(0, 2 * longest)
  const isResponse = first.startsWith('SIP/2.0 ')
  const status = isResponse ? Number(first.slice(8, 11)) : undefined
  const method = isResponse ? undefined : first.slice(0, Math.max(0, first.indexOf(' ')))
  const [from, to] = [field(head, fromField), field(head, toField)]
  const hasSdp = /^(?:content-type|c)[ \t]*:[ \t]*application\/sdp/im.test(head)
  const name = status === undefined ? (method ?? '') : String(status)
  return {
    ...{ first, method, status, label: hasSdp ? `${name} (SDP)` : name },
    ...{ from: partyOf(from), to: partyOf(to), tagged: /;\s*tag\s*=/i.test(to) },
    cseq: field(head, cseqField).replace(/[ \t]+/g, ' '),
    branch: /;\s*branch\s*=\s*([^;,\s]+)/i.exec(field(head, viaField))?.[1] ?? '',
  }
}

const fromField = /^(?:from|f)[ \t]*:[ \t]*([^\r\n]*)/im
const toField = /^(?:to|t)[ \t]*:[ \t]*([^\r\n]*)/im
const cseqField = /^cseq[ \t]*:[ \t]*([^\r\n]*)/im
const viaField = /^(?:via|v)[ \t]*:[ \t]*([^\r\n]*)/im

function field(head: string, pattern: RegExp): string {
  return pattern.exec(head)?.[1]?.slice(0, 2 * longest) ?? ''
}

/** The URI of a From or To. */
function partyOf(value: string): string {
  const uri = /<([^>]*)>/.exec(value)?.[1] ?? value.split(';', 1)[0] ?? ''
  return uri.trim().slice(0, longest)
}
