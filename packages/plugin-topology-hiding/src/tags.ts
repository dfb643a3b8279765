/** The two parts of a From or To that are treated apart: address, and tag. RFC 3261 §19.3 */

/** The value with another tag. */
export function mapTag(value: string, map: (tag: string) => string): string {
  const { from, to } = tagIn(value)
  return from === to ? value : value.slice(0, from) + map(value.slice(from, to)) + value.slice(to)
}

/** The value masked, all but its tag. */
export function maskAddress(value: string, mask: (text: string) => string): string {
  const { from, to } = tagIn(value)
  return mask(value.slice(0, from)) + value.slice(from, to) + mask(value.slice(to))
}

/** Where the tag stands. */
function tagIn(value: string): { readonly from: number; readonly to: number } {
  const at = paramsAt(value)
  const [whole = '', tag = ''] = /;\s*tag\s*=\s*([^;,\s]+)/i.exec(value.slice(at)) ?? []
  if (tag === '') return { from: value.length, to: value.length }
  const to = value.indexOf(whole, at) + whole.length
  return { from: to - tag.length, to }
}

/** Where header parameters begin: behind the bracket; without brackets at the first semicolon. §20 */
function paramsAt(value: string): number {
  const bracket = value.lastIndexOf('>')
  if (bracket >= 0) return bracket + 1
  const semi = value.indexOf(';')
  return semi < 0 ? value.length : semi
}
