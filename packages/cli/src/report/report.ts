/** What became of each line of the inputs: one row for each thing that was understood or not. */
import { type Stretch } from '../kamailio/script.js'

/** `inactive`: Kamailio leaves it out as well. */
export type Verdict = 'translated' | 'approximated' | 'not translated' | 'inactive'

export interface Row extends Stretch {
  /** What stands there, without secrets. */
  readonly subject: string
  readonly verdict: Verdict
  /** Why, what became of it, and what to do. */
  readonly note: string
}

export type Totals = Readonly<Record<Verdict, number>>

export class Report {
  readonly #rows = new Map<string, Row>()

  /** One row for each thing: what two routes share is judged by the worse. */
  add(stretch: Stretch, subject: string, verdict: Verdict, note: string): void {
    const { file, line, endLine } = stretch
    const key = `${file}\n${line}\n${subject}`
    const known = this.#rows.get(key)
    if (known === undefined) {
      this.#rows.set(key, { file, line, endLine, subject, verdict, note })
      return
    }
    const worse = rank.indexOf(verdict) > rank.indexOf(known.verdict) ? verdict : known.verdict
    this.#rows.set(key, { ...known, verdict: worse, note: withNote(known.note, note) })
  }

  /** What was translated there is so only in part. */
  weaken({ file, line }: Pick<Stretch, 'file' | 'line'>, note: string): void {
    for (const [key, row] of this.#rows) {
      if (row.file !== file || row.line !== line || row.verdict === 'not translated') continue
      this.#rows.set(key, { ...row, verdict: 'approximated', note: withNote(row.note, note) })
      return
    }
  }

  /** What was said of it holds no longer. */
  restate({ file, line }: Pick<Stretch, 'file' | 'line'>, verdict: Verdict, note: string): void {
    for (const [key, row] of this.#rows) {
      if (row.file === file && row.line === line) this.#rows.set(key, { ...row, verdict, note })
    }
  }

  /** Whether the line has a row. */
  covers(file: string, line: number): boolean {
    for (const row of this.#rows.values()) {
      if (row.file === file && row.line <= line && line <= row.endLine) return true
    }
    return false
  }

  /** By file in the order of `files`, by line within. */
  rows(files: readonly string[]): readonly Row[] {
    const order = new Map(files.map((file, index) => [file, index]))
    const placeOf = (file: string): number => order.get(file) ?? files.length
    return [...this.#rows.values()].toSorted(
      (a, b) => placeOf(a.file) - placeOf(b.file) || a.line - b.line || a.endLine - b.endLine,
    )
  }
}

/** How many rows have which verdict. */
export function totalsOf(rows: readonly Row[]): Totals {
  const totals = { translated: 0, approximated: 0, 'not translated': 0, inactive: 0 }
  for (const { verdict } of rows) totals[verdict]++
  return totals
}

const rank: readonly Verdict[] = ['inactive', 'translated', 'approximated', 'not translated']

function withNote(note: string, more: string): string {
  return note.includes(more) ? note : note === '' ? more : `${note}; ${more}`
}
