/** Headers that tell what a backend runs, and texts that it writes. */
import { type SipHeaders } from '@sipwright/framework'
import { type Disguise } from './inside-hosts.js'

/** What never leaves. `X-FS-*` stands for every name that begins so. */
export const strippedHeaders = [
  'Server',
  'User-Agent',
  'X-FS-*',
  'X-Asterisk-*',
  'P-Charging-Vector',
  'P-Charging-Function-Addresses',
] as const

/** Decides by name, whatever its case. */
export class HeaderList {
  readonly #names: ReadonlySet<string>
  readonly #beginnings: readonly string[]

  constructor(patterns: readonly string[]) {
    const lower = patterns.map((pattern) => pattern.toLowerCase())
    this.#names = new Set(lower.filter((pattern) => !pattern.endsWith('*')))
    this.#beginnings = lower
      .filter((pattern) => pattern.endsWith('*'))
      .map((pattern) => pattern.slice(0, -1))
  }

  has(name: string): boolean {
    const lower = name.toLowerCase()
    return this.#names.has(lower) || this.#beginnings.some((start) => lower.startsWith(start))
  }

  removeFrom(headers: SipHeaders): void {
    const named = new Set<string>()
    for (const [name] of headers.entries()) if (this.has(name)) named.add(name)
    for (const name of named) headers.remove(name)
  }
}

/** Warning: the code stays; agent and text, which the backend chose, do not. RFC 3261 §20.43 */
export function rewriteWarnings(headers: SipHeaders, { hostport }: Disguise): void {
  if (!headers.has('Warning')) return
  const codes = headers.values('Warning').map((value) => /^\d{3}(?=\s)/.exec(value)?.[0] ?? '399')
  headers.remove('Warning')
  for (const code of codes) headers.append('Warning', `${code} ${hostport} "${warningText(code)}"`)
}

/** Reason: the cause stays, the text goes. RFC 3326 */
export function rewriteReasons(headers: SipHeaders): void {
  if (!headers.has('Reason')) return
  const values = headers.values('Reason')
  headers.remove('Reason')
  for (const value of values) {
    headers.append(
      'Reason',
      value.replaceAll(/;\s*text\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^;,\s]*)/gi, ''),
    )
  }
}

/** Icons, ring tones and error tones that lie on a backend are not to be had from outside. RFC 3261 §20.4, §20.9, §20.18 */
export function removeInsideLinks(headers: SipHeaders, disguise: Disguise): void {
  for (const name of ['Call-Info', 'Alert-Info', 'Error-Info']) {
    if (!headers.has(name)) continue
    const values = headers.values(name)
    const kept = values.filter((value) => !disguise.isNamedIn(value))
    if (kept.length === values.length) continue
    headers.remove(name)
    for (const value of kept) headers.append(name, value)
  }
}

/** Lists whose order and spelling tell one implementation from another. */
export function normalizeLists(headers: SipHeaders): void {
  for (const name of ['Allow', 'Supported', 'Accept', 'Allow-Events']) {
    if (!headers.has(name)) continue
    headers.set(name, [...new Set(headers.values(name))].sort().join(', '))
  }
}

/** §20.43 */
function warningText(code: string): string {
  return warningTexts.get(code) ?? 'Miscellaneous warning'
}

const warningTexts: ReadonlyMap<string, string> = new Map([
  ['300', 'Incompatible network protocol'],
  ['301', 'Incompatible network address formats'],
  ['302', 'Incompatible transport protocol'],
  ['303', 'Incompatible bandwidth units'],
  ['304', 'Media type not available'],
  ['305', 'Incompatible media format'],
  ['306', 'Attribute not understood'],
  ['307', 'Session description parameter not understood'],
  ['330', 'Multicast not available'],
  ['331', 'Unicast not available'],
  ['370', 'Insufficient bandwidth'],
])
