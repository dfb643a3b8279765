/**
 * The header section of a message. RFC 3261 §7.3
 *
 * What leaves a proxy is what came in but for a few lines, so a section is an index into the text that came,
 * and an edited line is an index into a text of its own. Untouched neighbours leave as one slice.
 */
import { SipError } from '../errors.js'
import {
  COMMA,
  DQUOTE,
  LAQUOT,
  excerpt,
  isAllText,
  isToken,
  isWhite,
  lowerCode,
  quotedEnd,
  readNumber,
  skipWhite,
  trimEnd,
} from './grammar.js'
import { CONTENT_LENGTH, type HeaderNames, UNKNOWN, nameId } from './header-name.js'
import { END, FOLDED, ROW, START, TEXT_SHIFT, VALUE, quotedLineEnd } from './lines.js'

/** A value within a text. */
export interface Span {
  readonly text: string
  readonly from: number
  readonly to: number
  /** As `line` numbers it. */
  readonly line: number
}

/** The answer of `SipHeaders.span`: one for all, as every message asks five times. */
const found = { text: '', from: 0, to: 0, line: 0 }

function spanOf(line: number, text: string, from: number, to: number): Span {
  found.line = line
  found.text = text
  found.from = from
  found.to = to
  return found
}

/** No line has this number: see `SipHeaders.line`. */
export const NO_LINE = 0x3fff_ffff

/**
 * The header section of one message: ordered, byte-exact where untouched. Every string is latin1: one
 * character is one byte. Names are case-insensitive and a compact name equals its long one (§7.3.3).
 *
 * Reading never changes a byte; an edit changes only the lines that it names. An edit throws
 * SIPW_ERR_HEADER_INJECTION when the name is no token, or when the value holds CR, LF, another control character
 * (unless escaped in a quoted string) or one that is not latin1: it could not leave as the field it was meant to be.
 */
export class SipHeaders {
  /** The text that came and one for each edit; `#rows` is what `lines.ts` says. Both have room for a few edits. */
  readonly #texts: string[]
  #textsUsed: number
  readonly #rows: number[]
  #used: number
  #version = 0
  #beforeEdit: (() => void) | undefined = undefined

  /** An empty section; `parseMessage` hands in the text that came and what it has indexed. */
  constructor(text = '', rows: number[] = [], used = rows.length) {
    this.#texts = [text, '', '', '', '']
    this.#textsUsed = 1
    this.#rows = rows
    this.#used = used
  }

  /** Headers from `Name: value` pairs, in this order. */
  static of(fields: Iterable<readonly [name: string, value: string]>): SipHeaders {
    const headers = new SipHeaders()
    for (const [name, value] of fields) {
      check(name, value)
      headers.#insert(headers.#used, name, value)
    }
    return headers
  }

  /** The value of the first line of that name, unfolded and trimmed. */
  get(name: string): string | undefined {
    const row = this.#find(name, 0)
    return row < 0 ? undefined : this.#value(row)
  }

  /** The value of every line of that name, in order; commas are not split. */
  getAll(name: string): string[] {
    const values: string[] = []
    for (let row = this.#find(name, 0); row >= 0; row = this.#find(name, row + ROW)) {
      values.push(this.#value(row))
    }
    return values
  }

  /** Every value of a comma-separated header (Via, Route, Require …), across its lines. Empty ones are left out. §7.3.1 */
  values(name: string): string[] {
    const values: string[] = []
    for (let row = this.#find(name, 0); row >= 0; row = this.#find(name, row + ROW)) {
      const line = this.#value(row)
      for (let from = 0; from <= line.length;) {
        const to = elementEnd(line, from, line.length)
        const start = skipWhite(line, from, to)
        const end = trimEnd(line, start, to)
        if (end > start) values.push(line.slice(start, end))
        from = to + 1
      }
    }
    return values
  }

  /** The first of `values(name)`, without parsing the others. */
  firstValue(name: string): string | undefined {
    const span = this.span(nameId(name), false, name)
    return span?.text.slice(span.from, span.to)
  }

  /** How many `values(name)` there are; -1 if an empty one stands among them. */
  countValues(name: string): number {
    let count = 0
    for (let row = this.#find(name, 0); row >= 0; row = this.#find(name, row + ROW)) {
      if (this.#isOneValue(row)) {
        count++
        continue
      }
      const line = this.#value(row)
      for (let from = 0; from <= line.length; count++) {
        const to = elementEnd(line, from, line.length)
        if (skipWhite(line, from, to) === to) return -1
        from = to + 1
      }
    }
    return count
  }

  has(name: string): boolean {
    return this.#find(name, 0) >= 0
  }

  /** Lines of that name. */
  count(name: string): number {
    let count = 0
    for (let row = this.#find(name, 0); row >= 0; row = this.#find(name, row + ROW)) count++
    return count
  }

  /** Replaces the first line of that name (where it stands) and removes the others; appends if there was none. */
  set(name: string, value: string): this {
    check(name, value)
    const row = this.#find(name, 0)
    if (row < 0) return this.#insert(this.#used, name, value)
    this.#replace(row, name, value)
    this.#removeFrom(name, row + ROW)
    return this
  }

  /** Adds a line after the last line of that name, or at the end. */
  append(name: string, value: string): this {
    check(name, value)
    let at = this.#used
    for (let row = this.#find(name, 0); row >= 0; row = this.#find(name, at)) at = row + ROW
    return this.#insert(at, name, value)
  }

  /** Adds a line before the first line of that name, or at the top. */
  prepend(name: string, value: string): this {
    check(name, value)
    return this.#insert(Math.max(0, this.#find(name, 0)), name, value)
  }

  /** Removes every line of that name. */
  remove(name: string): this {
    this.#removeFrom(name, 0)
    return this
  }

  /** Removes every line whose name is one of these, in one pass. */
  removeAll(names: HeaderNames): this {
    for (let row = 0; row < this.#used;) {
      const line = this.#rows[row]!
      const text = this.#texts[line >>> TEXT_SHIFT]!
      if (names.has(line & 0xff, text, this.#rows[row + START]!)) this.#removeRow(row)
      else row += ROW
    }
    return this
  }

  /** Removes the first of `values(name)`, its line too when it was the only one; empty lines before it go as well. */
  removeFirstValue(name: string): this {
    for (let row = this.#find(name, 0); row >= 0; row = this.#find(name, row)) {
      const line = this.#value(row)
      const from = elementStart(line, 0, line.length)
      if (from === line.length) {
        this.#removeRow(row)
        continue
      }
      const rest = line.slice(elementEnd(line, from, line.length) + 1)
      const next = elementStart(rest, 0, rest.length)
      if (next === rest.length) this.#removeRow(row)
      else this.#replace(row, this.#name(row), rest.slice(next))
      return this
    }
    return this
  }

  /** Replaces the first of `values(name)` where it stands; does nothing if there is none. */
  replaceFirstValue(name: string, value: string): this {
    check(name, value)
    for (let row = this.#find(name, 0); row >= 0; row = this.#find(name, row)) {
      const line = this.#value(row)
      const from = elementStart(line, 0, line.length)
      if (from === line.length) {
        this.#removeRow(row)
        continue
      }
      const to = elementEnd(line, from, line.length)
      this.#replace(row, this.#name(row), value + line.slice(to))
      return this
    }
    return this
  }

  /** Independent of this one; costs no copy of text. */
  clone(): SipHeaders {
    const copy = new SipHeaders('', this.#rows.slice(), this.#used)
    for (let index = 0; index < this.#textsUsed; index++) copy.#texts[index] = this.#texts[index]!
    copy.#textsUsed = this.#textsUsed
    return copy
  }

  /** Name as written and value (unfolded, trimmed) of every line, in order. */
  *entries(): IterableIterator<readonly [name: string, value: string]> {
    for (let row = 0; row < this.#used; row += ROW) {
      yield [this.#name(row), this.#value(row)]
    }
  }

  /** The lines as they leave, each with its CRLF, without the empty line. */
  toString(): string {
    return this.#join(-1)
  }

  /** As `toString`, with one Content-Length that says `length`: the line that came if it does, else one of ours. */
  withContentLength(length: number): string {
    return this.#join(length)
  }

  /**
   * Where the first value of the name with this number stands: without copying it, as a loop over a slice of a
   * text takes twice the time of one over the text. `whole`: commas split nothing. A name without a number is given.
   * Read it at once: the next call overwrites it.
   */
  span(id: number, whole = false, name = ''): Span | undefined {
    const rows = this.#rows
    const used = this.#used
    for (let row = 0; row < used; row += ROW) {
      if ((rows[row]! & 0xff) !== id || (id === UNKNOWN && !this.#isNamed(row, name))) continue
      const folded = (rows[row]! & FOLDED) !== 0
      const text = folded ? this.#value(row) : this.#texts[rows[row]! >>> TEXT_SHIFT]!
      const start = folded ? 0 : rows[row + VALUE]!
      const end = trimEnd(text, start, folded ? text.length : rows[row + END]!)
      const line = this.#lineAt(row)
      if (whole) return spanOf(line, text, start, end)
      const from = elementStart(text, start, end)
      if (from === end) continue
      return spanOf(line, text, from, trimEnd(text, from, elementEnd(text, from, end)))
    }
    return undefined
  }

  /** Calls `run` before the next edit, once; undefined: no more. */
  beforeEdit(run: (() => void) | undefined): void {
    this.#beforeEdit = run
  }

  /** Counts the edits: while it stays the same, so does every line. */
  get version(): number {
    return this.#version
  }

  /**
   * Which line is the first of the name with this number: the same number means the same line with the same value,
   * in this section and in its clones. `NO_LINE` if there is none.
   */
  line(id: number): number {
    const rows = this.#rows
    const used = this.#used
    for (let row = 0; row < used; row += ROW) {
      if ((rows[row]! & 0xff) === id) return this.#lineAt(row)
    }
    return NO_LINE
  }

  /** Each edited line has a text of its own; those that came lie in text 0 at different places. */
  #lineAt(row: number): number {
    const text = this.#rows[row]! >>> TEXT_SHIFT
    return text === 0 ? this.#rows[row + START]! : -text
  }

  /** The lines of these names, byte for byte, in the order of the names; others are left behind. */
  pick(ids: readonly number[]): SipHeaders {
    const picked = new SipHeaders('', new Array<number>((ids.length + 4) * ROW).fill(0), 0)
    for (let index = 0; index < this.#textsUsed; index++) picked.#texts[index] = this.#texts[index]!
    picked.#textsUsed = this.#textsUsed
    for (const id of ids) {
      for (let row = 0; row < this.#used; row += ROW) {
        if ((this.#rows[row]! & 0xff) !== id) continue
        for (let field = 0; field < ROW; field++) {
          picked.#rows[picked.#used + field] = this.#rows[row + field]!
        }
        picked.#used += ROW
      }
    }
    return picked
  }

  #join(length: number): string {
    const rows = this.#rows
    const used = this.#used
    let joined = ''
    let counted = length < 0
    // The run of neighbours that has not been written yet.
    let text = -1
    let from = 0
    let to = 0
    for (let row = 0; row < used; row += ROW) {
      if (length >= 0 && (rows[row]! & 0xff) === CONTENT_LENGTH) {
        if (counted || this.#number(row) !== length) continue
        counted = true
      }
      if (rows[row]! >>> TEXT_SHIFT !== text || rows[row + START] !== to) {
        if (text >= 0) joined += this.#texts[text]!.slice(from, to)
        text = rows[row]! >>> TEXT_SHIFT
        from = rows[row + START]!
      }
      to = rows[row + END]! + 2
    }
    if (text >= 0) joined += this.#texts[text]!.slice(from, to)
    return counted ? joined : `${joined}Content-Length: ${length}\r\n`
  }

  /** Nearly every line: something stands in it, and no comma. */
  #isOneValue(row: number): boolean {
    const rows = this.#rows
    const text = this.#texts[rows[row]! >>> TEXT_SHIFT]!
    const start = rows[row + VALUE]!
    const end = rows[row + END]!
    if (start === end || (rows[row]! & FOLDED) !== 0) return false
    const comma = text.indexOf(',', start)
    return comma < 0 || comma >= end
  }

  #number(row: number): number {
    const text = this.#texts[this.#rows[row]! >>> TEXT_SHIFT]!
    const from = this.#rows[row + VALUE]!
    const to = trimEnd(text, from, this.#rows[row + END]!)
    return readNumber(text, from, to, Number.MAX_SAFE_INTEGER)
  }

  /** The first line of that name from `from` on; -1 if there is none. */
  #find(name: string, from: number): number {
    const rows = this.#rows
    const used = this.#used
    const id = nameId(name)
    for (let row = from; row < used; row += ROW) {
      if ((rows[row]! & 0xff) === id && (id !== UNKNOWN || this.#isNamed(row, name))) return row
    }
    return -1
  }

  #isNamed(row: number, name: string): boolean {
    const text = this.#texts[this.#rows[row]! >>> TEXT_SHIFT]!
    const start = this.#rows[row + START]!
    for (let i = 0; i < name.length; i++) {
      if (lowerCode(text.charCodeAt(start + i)) !== lowerCode(name.charCodeAt(i))) return false
    }
    return !isToken(text.charCodeAt(start + name.length))
  }

  #name(row: number): string {
    const text = this.#texts[this.#rows[row]! >>> TEXT_SHIFT]!
    const start = this.#rows[row + START]!
    let end = start
    while (isToken(text.charCodeAt(end))) end++
    return text.slice(start, end)
  }

  #value(row: number): string {
    const rows = this.#rows
    const text = this.#texts[rows[row]! >>> TEXT_SHIFT]!
    const start = rows[row + VALUE]!
    const end = trimEnd(text, start, rows[row + END]!)
    return (rows[row]! & FOLDED) === 0 ? text.slice(start, end) : unfold(text, start, end)
  }

  #willChange(): void {
    const run = this.#beforeEdit
    if (run === undefined) return
    this.#beforeEdit = undefined
    run()
  }

  #replace(row: number, name: string, value: string): void {
    this.#willChange()
    this.#write(row, name, value)
    this.#version++
  }

  #insert(at: number, name: string, value: string): this {
    this.#willChange()
    const rows = this.#rows
    const used = this.#used
    while (rows.length < used + ROW) rows.push(0)
    for (let index = used - 1; index >= at; index--) rows[index + ROW] = rows[index]!
    this.#used += ROW
    this.#write(at, name, value)
    this.#version++
    return this
  }

  #removeRow(row: number): void {
    this.#willChange()
    const rows = this.#rows
    const used = (this.#used -= ROW)
    for (let index = row; index < used; index++) rows[index] = rows[index + ROW]!
    this.#version++
  }

  #removeFrom(name: string, from: number): void {
    for (let row = this.#find(name, from); row >= 0; row = this.#find(name, row)) {
      this.#removeRow(row)
    }
  }

  /** Makes the row that of a new line, whose text is added to the others. */
  #write(row: number, name: string, value: string): void {
    const text = `${name}: ${value}\r\n`
    const rows = this.#rows
    rows[row] = nameId(name) + (this.#textsUsed << TEXT_SHIFT)
    rows[row + START] = 0
    rows[row + VALUE] = name.length + 2
    rows[row + END] = text.length - 2
    this.#texts[this.#textsUsed++] = text
  }
}

/** Where the first of comma-separated values ends; commas in quoted strings and angle brackets are part of it. §7.3.1 */
function elementEnd(text: string, from: number, to: number): number {
  // Nearly every line holds one value.
  const comma = text.indexOf(',', from)
  if (comma < 0 || comma >= to) return to
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i)
    if (code === COMMA) return i
    if (code === DQUOTE) {
      const end = quotedEnd(text, i, to)
      if (end < 0) return to
      i = end - 1
    } else if (code === LAQUOT) {
      const end = text.indexOf('>', i)
      if (end < 0 || end >= to) return to
      i = end
    }
  }
  return to
}

/** Where the first value that is not empty begins; `to` if there is none. */
function elementStart(text: string, from: number, to: number): number {
  let at = from
  while (at < to) {
    const code = text.charCodeAt(at)
    if (code !== COMMA && !isWhite(code)) break
    at++
  }
  return at
}

/** Every fold made one space. §7.3.1 */
function unfold(text: string, from: number, to: number): string {
  let plain = ''
  let kept = skipWhite(text, from, to)
  for (let fold = text.indexOf('\r\n', kept); fold >= 0 && fold < to;) {
    plain += `${text.slice(kept, trimEnd(text, kept, fold))} `
    kept = skipWhite(text, fold, to)
    fold = text.indexOf('\r\n', kept)
  }
  return plain + text.slice(kept, to)
}

function check(name: string, value: string): void {
  if (name === '') throw injection('a header without a name', value)
  if (nameId(name) !== UNKNOWN) return checkValue(name, value)
  for (let i = 0; i < name.length; i++) {
    if (!isToken(name.charCodeAt(i))) throw injection('a header name', name)
  }
  checkValue(name, value)
}

function checkValue(name: string, value: string): void {
  if (isAllText(value)) return
  // What a message may bring, an edit may pass on: a control character behind a backslash, in quotes.
  const oneLine = !value.includes('\r') && !value.includes('\n')
  if (!oneLine || quotedLineEnd(value, 0) !== value.length) throw injection(name, value)
}

function injection(what: string, text: string): SipError {
  return new SipError('SIPW_ERR_HEADER_INJECTION', [what, JSON.stringify(excerpt(text))])
}
