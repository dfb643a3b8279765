/**
 * The table `dispatcher` in the dump of a database: INSERTs of mysqldump, of sqlite3 and of pg_dump --inserts, and COPY blocks of
 * pg_dump. Only reads, statement by statement; other tables are passed over.
 */
import { type Row } from '@sipwright/plugin-dispatcher'
import { refusal } from '../kamailio/token.js'

/** One row, with the line where it begins. */
export interface DumpedRow {
  readonly line: number
  readonly row: Row
}

/** Kamailio's table, version 4. */
const columnsOfVersion4 = [
  'id',
  'setid',
  'destination',
  'flags',
  'priority',
  'attrs',
  'description',
]

/** All rows of the table, as they stand. Throws SIPW_ERR_IMPORT_INPUT. */
export function readDump(file: string, text: string, table: string): DumpedRow[] {
  return new Reader(file, text, table).rows()
}

class Reader {
  readonly #file: string
  readonly #text: string
  readonly #table: string
  /** MySQL escapes by backslashes; standard SQL does not. */
  readonly #backslashes: boolean
  readonly #found: DumpedRow[] = []
  #columns: readonly string[] = columnsOfVersion4
  #at = 0
  #line = 1
  #counted = 0

  constructor(file: string, text: string, table: string) {
    this.#file = file
    this.#text = text
    this.#table = table.split('.').at(-1)!.toLowerCase()
    this.#backslashes = /`|mysql|mariadb/i.test(text.slice(0, 4_096))
  }

  rows(): DumpedRow[] {
    while (this.#skipSpace()) {
      if (!this.#skip(';')) this.#statement()
    }
    return this.#found
  }

  #statement(): void {
    if (this.#match(/(?:insert|replace)\s+(?:or\s+\w+\s+|ignore\s+)?into\b/iy) !== undefined) {
      if (this.#isTable()) return this.#insert()
    } else if (
      this.#match(/create\s+(?:\w+\s+){0,3}?table\s+(?:if\s+not\s+exists\s+)?/iy) !== undefined
    ) {
      if (this.#isTable()) return this.#create()
    } else if (this.#match(/copy\b/iy) !== undefined) return this.#copy()
    this.#skipStatement()
  }

  /** `dispatcher`, `public.dispatcher`, quoted or not. */
  #isTable(): boolean {
    this.#skipSpace()
    let name = this.#identifier()
    while (this.#skip('.')) name = this.#identifier()
    return name?.toLowerCase() === this.#table
  }

  #identifier(): string | undefined {
    const quoted = this.#match(/`[^`]*`|"[^"]*"/y)
    return quoted === undefined ? this.#match(/\w+/y) : quoted.slice(1, -1)
  }

  #insert(): void {
    this.#skipSpace()
    const columns = this.#text[this.#at] === '(' ? this.#names() : this.#columns
    this.#skipSpace()
    if (this.#match(/values\b/iy) === undefined) return this.#skipStatement()
    for (;;) {
      this.#skipSpace()
      const line = this.#lineHere()
      if (!this.#skip('(')) throw this.#refusal('a row in brackets')
      this.#found.push({ line, row: this.#row(columns) })
      this.#skipSpace()
      if (!this.#skip(',')) break
    }
    this.#skipStatement()
  }

  #names(): string[] {
    const names: string[] = []
    this.#skip('(')
    for (;;) {
      this.#skipSpace()
      const name = this.#identifier()
      if (name === undefined) throw this.#refusal('the name of a column')
      names.push(name.toLowerCase())
      this.#skipSpace()
      if (this.#skip(')')) return names
      if (!this.#skip(',')) throw this.#refusal(', or )')
    }
  }

  #row(columns: readonly string[]): Row {
    const row: Record<string, string | null> = {}
    for (let index = 0; ; index++) {
      this.#skipSpace()
      const name = columns[index]
      const value = this.#value()
      if (name !== undefined) row[name] = value
      this.#skipSpace()
      if (this.#skip(')')) return row
      if (!this.#skip(',')) throw this.#refusal(', or )')
    }
  }

  #value(): string | null {
    const escaped = this.#match(/E(?=')/y) !== undefined || this.#backslashes
    this.#match(/_\w+\s*(?=')/y)
    if (this.#text[this.#at] === "'") return this.#string(escaped)
    const word = this.#match(/[-+\w.]+/y)
    if (word === undefined) throw this.#refusal('a value')
    this.#match(/::\w+(?: \w+)*/y)
    return word.toLowerCase() === 'null' ? null : word
  }

  #string(backslashes: boolean): string {
    let text = ''
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const character = this.#text[at]!
      if (character === "'") {
        if (this.#text[at + 1] !== "'") {
          this.#at = at + 1
          this.#match(/::\w+(?: \w+)*/y)
          return text
        }
        at++
        text += "'"
      } else if (character === '\\' && backslashes) {
        const next = this.#text[++at] ?? ''
        text += escapes.get(next) ?? next
      } else text += character
    }
    throw this.#refusal("a closing '")
  }

  /** The names of the columns, in their order. */
  #create(): void {
    this.#skipSpace()
    if (!this.#skip('(')) return this.#skipStatement()
    const columns: string[] = []
    for (let more = true; more;) {
      this.#skipSpace()
      const name = this.#identifier()
      if (name === undefined) break
      if (!/^(?:primary|unique|key|index|constraint|check|foreign)$/i.test(name)) {
        columns.push(name.toLowerCase())
      }
      more = this.#skipDefinition()
    }
    this.#columns = columns
    this.#skipStatement()
  }

  /** To behind the comma; false at the closing bracket. */
  #skipDefinition(): boolean {
    let depth = 0
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]!
      if (character === "'") {
        this.#string(this.#backslashes)
        continue
      }
      this.#at++
      if (character === '(') depth++
      else if (character === ')' && depth-- === 0) return false
      else if (character === ',' && depth === 0) return true
    }
    return false
  }

  /** `COPY public.dispatcher (…) FROM stdin;` and lines with tabs up to `\.` */
  #copy(): void {
    const ours = this.#isTable()
    this.#skipSpace()
    const columns = this.#text[this.#at] === '(' ? this.#names() : this.#columns
    this.#skipStatement()
    let end = this.#text.indexOf('\n', this.#at)
    while (end >= 0) {
      this.#at = end + 1
      end = this.#text.indexOf('\n', this.#at)
      const text = this.#text.slice(this.#at, end < 0 ? undefined : end).replace(/\r$/, '')
      if (text === '\\.') {
        this.#at += 2
        return
      }
      if (!ours || (text === '' && end < 0)) continue
      const fields = text.split('\t')
      const row = columns.map((name, index) => [name, copied(fields[index])] as const)
      this.#found.push({ line: this.#lineHere(), row: Object.fromEntries(row) })
    }
    throw this.#refusal('\\. at the end of COPY')
  }

  /** To behind its semicolon. */
  #skipStatement(): void {
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]!
      if (character === "'") this.#string(this.#backslashes)
      else if (character === '`' || character === '"') {
        const end = this.#text.indexOf(character, this.#at + 1)
        this.#at = end < 0 ? this.#text.length : end + 1
      } else if (!this.#skipComment()) {
        this.#at++
        if (character === ';') return
      }
    }
  }

  /** False at the end of the text. */
  #skipSpace(): boolean {
    while (this.#at < this.#text.length) {
      if (/\s/.test(this.#text[this.#at]!)) this.#at++
      else if (!this.#skipComment()) return true
    }
    return false
  }

  #skipComment(): boolean {
    const two = this.#text.slice(this.#at, this.#at + 2)
    const end = two === '--' ? '\n' : two === '/*' ? '*/' : undefined
    if (end === undefined) return false
    const found = this.#text.indexOf(end, this.#at + 2)
    this.#at = found < 0 ? this.#text.length : found + end.length
    return true
  }

  #skip(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false
    this.#at++
    return true
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  #lineHere(): number {
    if (this.#counted > this.#at) {
      this.#counted = 0
      this.#line = 1
    }
    for (; this.#counted < this.#at; this.#counted++) {
      if (this.#text[this.#counted] === '\n') this.#line++
    }
    return this.#line
  }

  #refusal(expected: string) {
    const place = { file: this.#file, line: this.#lineHere() }
    const found = this.#text.slice(this.#at, this.#at + 12).replaceAll(/\s+/g, ' ')
    return refusal(place, found === '' ? 'the end of the dump' : `"${found}"`, expected)
  }
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['0', ''],
])

/** A field of COPY. */
function copied(field: string | undefined): string | null {
  if (field === undefined || field === '\\N') return null
  return field.replaceAll(/\\(.)/g, (_, next: string) => escapes.get(next) ?? next)
}
