/**
 * Kamailio's dispatcher.list: `setid uri [flags [priority [attrs]]]`, one destination per line, `#` comments. A line
 * that cannot be read is a fault with its number; what happens to the rest is the caller's choice.
 */
import { isAttribute, isDestinationUri, largestWeight, type DestinationConfig } from '../config.js'
import { destinationId } from '../destination.js'

export interface ListEntry {
  readonly setId: string
  readonly destination: DestinationConfig
}

/** One line that was not understood. */
export interface ListFault {
  /** What is counted; absent: lines. */
  readonly unit?: string
  /** Counted from 1; of a row its id. */
  readonly line: number
  readonly found: string
  readonly expected: string
}

export interface DispatcherList {
  readonly entries: readonly ListEntry[]
  readonly faults: readonly ListFault[]
}

/** Reads a whole file, with LF or CRLF. */
export function parseDispatcherList(text: string): DispatcherList {
  const entries: ListEntry[] = []
  const faults: ListFault[] = []
  const seen = new Set<string>()
  let line = 0
  for (const raw of text.replace(/^\uFEFF/, '').split('\n')) {
    line++
    const fields = fieldsOf(raw)
    if (fields.length === 0) continue
    const entry = parseEntry(fields)
    if ('expected' in entry) {
      faults.push({ line, ...entry })
      continue
    }
    const id = destinationId(entry.destination)
    const key = `${entry.setId}\n${id}`
    if (seen.has(key)) {
      faults.push({ line, found: id, expected: `a destination once in set ${entry.setId}` })
      continue
    }
    seen.add(key)
    entries.push(entry)
  }
  return { entries, faults }
}

/** `line 7: found "x", expected a set id`. */
export function formatFault({ unit = 'line', line, found, expected }: ListFault): string {
  return `${unit} ${line}: found "${found}", expected ${expected}`
}

export type EntryFault = Omit<ListFault, 'line' | 'unit'>

/** What it was, and what it should have been. */
type Fault = EntryFault

/** One destination from the fields of a line, or of a row of Kamailio's table: set, URI, flags, priority, attributes. */
export function parseEntry(fields: readonly string[]): ListEntry | EntryFault {
  const [setId = '', uri, flagsText = '0', priorityText = '0', attrsText = '', extra] = fields
  if (!/^\d{1,9}$/.test(setId)) return { found: setId, expected: 'a set id, a whole number' }
  if (uri === undefined) return { found: 'the end of the line', expected: 'a SIP URI' }
  if (!isDestinationUri(uri)) return { found: uri, expected: 'a SIP URI' }
  const flags = /^(?:\d{1,3}|0[xX][\dA-Fa-f]{1,2})$/.test(flagsText) ? Number(flagsText) : 64
  if (flags > 63) return { found: flagsText, expected: 'flags from 0 to 63, or 0x0 to 0x3f' }
  if (!/^-?\d{1,9}$/.test(priorityText)) {
    return { found: priorityText, expected: 'a priority, a whole number' }
  }
  if (extra !== undefined) return { found: extra, expected: 'the end of the line' }
  const attrs = parseAttributes(attrsText)
  if ('expected' in attrs) return attrs
  return {
    setId: String(Number(setId)),
    destination: {
      uri,
      flags,
      priority: Number(priorityText),
      attrs: Object.fromEntries(attrs.values),
      probe: {},
    },
  }
}

/** `name=value;name="value; quoted"`. */
function parseAttributes(text: string): { readonly values: Map<string, string> } | Fault {
  const values = new Map<string, string>()
  // Kamailio's samples quote the whole field where it holds spaces.
  const body = /^"[^"]*"$/.test(text) ? text.slice(1, -1) : text
  for (const part of splitOutsideQuotes(body, (code) => code === SEMICOLON)) {
    const equals = part.indexOf('=')
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase()
    if (name === '') return { found: part, expected: 'attributes such as weight=50;duid=fs1' }
    const value = equals < 0 ? '' : part.slice(equals + 1).trim()
    const unquoted = /^"[^"]*"$/.test(value) ? value.slice(1, -1) : value
    if (unquoted.includes('"')) return { found: part, expected: 'a closing quote' }
    if (!isAttribute(name, unquoted)) {
      return { found: part, expected: `${name}= and a whole number up to ${largestWeight}` }
    }
    values.set(name, unquoted)
  }
  return { values }
}

/** The fields of a line, up to a `#` that begins one. */
function fieldsOf(line: string): string[] {
  const fields = splitOutsideQuotes(line, isSpace)
  const comment = fields.findIndex((field) => field.startsWith('#'))
  return comment < 0 ? fields : fields.slice(0, comment)
}

/** The parts that are not empty. */
function splitOutsideQuotes(text: string, isSeparator: (code: number) => boolean): string[] {
  const parts: string[] = []
  let from = 0
  let quoted = false
  for (let index = 0; index <= text.length; index++) {
    const code = index < text.length ? text.charCodeAt(index) : -1
    if (code === QUOTE) quoted = !quoted
    if (code !== -1 && (quoted || !isSeparator(code))) continue
    if (index > from) parts.push(text.slice(from, index))
    from = index + 1
  }
  return parts
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d
}

const SEMICOLON = 0x3b
const QUOTE = 0x22
