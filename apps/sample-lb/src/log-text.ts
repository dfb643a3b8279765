/**
 * What strangers write is quoted in log lines. No octet of it may be obeyed by the terminal that shows the log: JSON escapes the controls
 * of ASCII alone, while terminals obey those of Latin-1 too, and Unicode has characters that turn a line around or end it.
 */

/** DEL, C1, marks of direction, line and paragraph separators. */
const unescaped = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** An escape of JSON: of a backslash, or of a control that is not the end of a line. */
const escapes = /\\(?:\\|[bfr]|u00[01][\da-f])/gi

/** A line of JSON in which every such character is an escape: what is read from it is the same. */
export function forMachines(line: string): string {
  return line.replace(unescaped, (character) => `\\u${codeOf(character)}`)
}

/** A line of JSON that is read by a formatter for people: such characters are read as the text of their escapes. */
export function forPeople(line: string): string {
  return line
    .replace(escapes, (escape) => (escape === '\\\\' ? escape : `\\${escape}`))
    .replace(unescaped, (character) => `\\\\u${codeOf(character)}`)
}

function codeOf(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0')
}
