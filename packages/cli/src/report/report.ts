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
  /** By place, the keys of the rows that begin there. */
  readonly #at = new Map<string, string[]>()
  /** Lines that have a row. */
  readonly #covered = new Set<string>()

  /** One row for each thing: what two routes share is judged by the worse. */
  add(stretch: Stretch, subject: string, verdict: Verdict, note: string): void {
    const { file, line, endLine } = stretch
    const key = keyOf({ file, line, subject })
    const known = this.#rows.get(key)
    if (known === undefined) {
      this.#rows.set(key, { file, line, endLine, subject, verdict, note })
      const place = `${file}\n${line}`
      this.#at.set(place, [...(this.#at.get(place) ?? []), key])
      for (let each = line; each <= endLine; each++) this.#covered.add(`${file}\n${each}`)
      return
    }
    const worse = rank.indexOf(verdict) > rank.indexOf(known.verdict) ? verdict : known.verdict
    this.#rows.set(key, { ...known, verdict: worse, note: withNote(known.note, note) })
  }

  /** What was translated there is so only in part. */
  weaken(place: Pick<Stretch, 'file' | 'line'>, note: string): void {
    const row = this.#beginning(place).find(({ verdict }) => verdict !== 'not translated')
    if (row === undefined) return
    this.#rows.set(keyOf(row), {
      ...row,
      verdict: 'approximated',
      note: withNote(row.note, note),
    })
  }

  /** What was said of it holds no longer. */
  restate(place: Pick<Stretch, 'file' | 'line'>, verdict: Verdict, note: string): void {
    for (const row of this.#beginning(place)) this.#rows.set(keyOf(row), { ...row, verdict, note })
  }

  /** Whether the line has a row. */
  covers(file: string, line: number): boolean {
    return this.#covered.has(`${file}\n${line}`)
  }

  #beginning({ file, line }: Pick<Stretch, 'file' | 'line'>): readonly Row[] {
    return (this.#at.get(`${file}\n${line}`) ?? []).map((key) => this.#rows.get(key)!)
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

function keyOf({ file, line, subject }: Pick<Row, 'file' | 'line' | 'subject'>): string {
  return `${file}\n${line}\n${subject}`
}

const rank: readonly Verdict[] = ['inactive', 'translated', 'approximated', 'not translated']

function withNote(note: string, more: string): string {
  return note.includes(more) ? note : note === '' ? more : `${note}; ${more}`
}
