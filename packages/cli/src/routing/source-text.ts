/** TypeScript as it is written into a file, line by line; nothing of a stranger's file gets into it but quoted. */

/** A string literal. */
export function literal(text: string): string {
  const body = text.replaceAll(/[\\'\0-\x1f\x7f-\x9f\u2028\u2029]/g, (character) =>
    character === '\\' || character === "'"
      ? `\\${character}`
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `'${body}'`
}

/** A literal of plain data. */
export function dataLiteral(value: unknown): string {
  if (typeof value === 'string') return literal(value)
  if (Array.isArray(value)) return `[${value.map(dataLiteral).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(
        ([name, each]) =>
          `${/^[A-Za-z_]\w*$/.test(name) ? name : literal(name)}: ${dataLiteral(each)}`,
      )
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
  }
  return String(value)
}

/** A set as it is selected. */
export function setLiteral(set: string): string {
  return /^(?:0|[1-9]\d{0,8})$/.test(set) ? set : literal(set)
}

/** A name of a method from a name of Kamailio's: `RTF_DISPATCH` is `RtfDispatch`. */
export function camel(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return words
    .map((word) => {
      const same = word === word.toUpperCase()
      const rest = word.slice(1)
      return word.charAt(0).toUpperCase() + (same ? rest.toLowerCase() : rest)
    })
    .join('')
}

/** The lines, each further in. */
export function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`))
}
