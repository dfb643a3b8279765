/** A table of figures, for people and for documents. */

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** What a reader must know of the figures; one line each. */
  readonly notes: readonly string[]
  /** Runs that do not count, and why; one line each. */
  readonly voided: readonly string[]
  /** The same and more, for machines. */
  readonly figures: unknown
}

/** For a terminal. */
export function textOf({ title, columns, rows, notes, voided }: Table): string {
  const widths = columns.map((column, at) =>
    Math.max(column.length, ...rows.map((row) => row[at]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => (isLeft(at) ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  ')
      .trimEnd()
  const below = [...notes, ...voided.map((why) => `void: ${why}`)]
  return [
    title,
    '',
    line(columns),
    ...rows.map(line),
    ...(below.length === 0 ? [] : ['', ...below]),
  ].join('\n')
}

/** As it stands in docs/performance.md. */
export function markdownOf({ title, columns, rows, notes, voided }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = `|${columns.map((_, at) => (isLeft(at) ? '---' : '---:')).join('|')}|`
  const below = [...notes, ...voided.map((why) => `Void: ${why}.`)]
  return [
    `### ${title}`,
    '',
    line(columns),
    rule,
    ...rows.map(line),
    ...below.flatMap((each) => ['', each]),
  ].join('\n')
}

/** The first column names what the row is about. */
function isLeft(column: number): boolean {
  return column === 0
}
