/**
 * Who looks for open telephone systems and says so: known by the User-Agent, or by whom it calls and claims to be. Looked for in the
 * text, before anything is spent on it, and never in more than the first octets: no tool hides its name behind four thousand others.
 */

/** Parts of the User-Agent of the tools that are seen every day. */
export const defaultUserAgents: readonly string[] = [
  ...['friendly-scanner', 'friendly-request', 'sipvicious', 'svmap', 'svwar', 'svcrack'],
  ...['sipcli', 'sip-scan', 'sipscan', 'sundayddr', 'iWar', 'SIVuS', 'Gulp', 'smap'],
  ...['VaxSIPUserAgent', 'VaxIPUserAgent', 'pplsip', 'siparmyknife', 'Test Agent', 'scanner'],
]

/** Parts of From, To or Request-URI. */
export const defaultParties: readonly string[] = ['sipvicious', 'sip:100@1.1.1.1', 'sip:nm@nm']

const looked = 4_096

export class Scanners {
  readonly #userAgents: RegExp | undefined
  readonly #parties: RegExp | undefined

  /** Parts in any case. They are literal: no pattern of an operator makes a stranger's text slow to read. */
  constructor(userAgents: readonly string[], parties: readonly string[]) {
    this.#userAgents = anyOf(userAgents)
    this.#parties = anyOf(parties)
  }

  /** What gives it away; undefined: nothing. */
  find(text: string): string | undefined {
    const lineEnd = text.indexOf('\r\n')
    // Nobody answers an ACK: it gives nothing away, and every call has one.
    if (lineEnd < 0 || text.startsWith('SIP/') || text.startsWith('ACK ')) return undefined
    const head = text.length > looked ? text.slice(0, looked) : text
    const agent = this.#userAgents && first(this.#userAgents, valueOf(head, userAgent))
    if (agent !== undefined) return `User-Agent ${agent}`
    if (this.#parties === undefined) return undefined
    const party =
      first(this.#parties, head.slice(0, Math.min(lineEnd, looked))) ??
      first(this.#parties, valueOf(head, from)) ??
      first(this.#parties, valueOf(head, to))
    return party === undefined ? undefined : `party ${party}`
  }
}

const userAgent = /\r\nuser-agent[ \t]*:/gi
const from = /\r\n(?:from|f)[ \t]*:/gi
const to = /\r\n(?:to|t)[ \t]*:/gi

/** What stands behind the name, to the end of the line; empty if there is none. */
function valueOf(head: string, name: RegExp): string {
  name.lastIndex = 0
  if (!name.test(head)) return ''
  const end = head.indexOf('\r\n', name.lastIndex)
  return head.slice(name.lastIndex, end < 0 ? head.length : end)
}

/** Nearly nothing matches, and a test makes no object. */
function first(parts: RegExp, text: string): string | undefined {
  return text !== '' && parts.test(text) ? parts.exec(text)?.[0] : undefined
}

function anyOf(parts: readonly string[]): RegExp | undefined {
  if (parts.length === 0) return undefined
  const literal = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
  return new RegExp(literal.join('|'), 'i')
}
