/** The two parts of a From or To that are treated apart: address, and tag. RFC 3261 §19.3 */

/** The value with another tag. */
export function mapTag(value: string, map: (tag: string) => string): string {
  const at = paramsAt(value)
  return (
    value.slice(0, at) +
    value
      .slice(at)
      .replace(/(;\s*tag\s*=\s*)([^;,\s]+)/i, (_, name: string, tag: string) => name + map(tag))
  )
}

/** The value with another address, display name and all; its parameters, and so the tag, stay. */
export function maskAddress(value: string, mask: (text: string) => string): string {
  const at = paramsAt(value)
  return mask(value.slice(0, at)) + value.slice(at)
}

/** Where header parameters begin: behind the bracket; without brackets at the first semicolon. §20 */
function paramsAt(value: string): number {
  const bracket = value.lastIndexOf('>')
  if (bracket >= 0) return bracket + 1
  const semi = value.indexOf(';')
  return semi < 0 ? value.length : semi
}
