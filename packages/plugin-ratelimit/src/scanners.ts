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
    if (lineEnd < 0 || text.startsWith('SIP/')) return undefined
    const head = text.length > looked ? text.slice(0, looked) : text
    const agent = this.#userAgents && userAgentOf.exec(head)?.[1]
    const found = agent === undefined ? null : this.#userAgents!.exec(agent)
    if (found !== null) return `User-Agent ${found[0]}`
    if (this.#parties === undefined) return undefined
    const party =
      this.#parties.exec(head.slice(0, Math.min(lineEnd, looked))) ??
      this.#parties.exec(fromOf.exec(head)?.[1] ?? '') ??
      this.#parties.exec(toOf.exec(head)?.[1] ?? '')
    return party === null ? undefined : `party ${party[0]}`
  }
}

const userAgentOf = /\r\nuser-agent[ \t]*:([^\r\n]*)/i
const fromOf = /\r\n(?:from|f)[ \t]*:([^\r\n]*)/i
const toOf = /\r\n(?:to|t)[ \t]*:([^\r\n]*)/i

function anyOf(parts: readonly string[]): RegExp | undefined {
  if (parts.length === 0) return undefined
  const literal = parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
  return new RegExp(literal.join('|'), 'i')
}
