/** What people read: tables, and colours where the terminal has them. https://no-color.org */

export type Colour = 'red' | 'green' | 'yellow' | 'grey' | 'bold'

const codes: Readonly<Record<Colour, number>> = {
  red: 31,
  green: 32,
  yellow: 33,
  grey: 90,
  bold: 1,
}

/** A text of a table, and how it looks. */
export type Cell = string | { readonly text: string; readonly colour: Colour }

/** Whether standard output is a terminal that wants colours. */
export function isColourful(
  stream: { readonly isTTY?: boolean } = process.stdout,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  const { NO_COLOR: none = '', TERM: terminal } = environment
  return stream.isTTY === true && none === '' && terminal !== 'dumb'
}

export function paint(text: string, colour: Colour, colourful = isColourful()): string {
  return colourful ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text
}

/** Columns as wide as their widest text; the last one is not filled up. */
export function table(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  colourful = isColourful(),
): string {
  const widths = head.map((name, column) =>
    Math.max(widthOf(name), ...rows.map((row) => widthOf(textOf(row[column] ?? '')))),
  )
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, column) => {
        const text = printable(textOf(cell))
        const last = column === cells.length - 1
        const padded = last ? text : text + ' '.repeat(widths[column]! - widthOf(text))
        return typeof cell === 'string' ? padded : paint(padded, cell.colour, colourful)
      })
      .join('  ')
  const names = head.map((text): Cell => ({ text, colour: 'bold' }))
  return [names, ...rows].map((cells) => `${line(cells)}\n`).join('')
}

/** Names and values, one a line. */
export function facts(
  rows: readonly (readonly [string, Cell])[],
  colourful = isColourful(),
): string {
  const width = Math.max(...rows.map(([name]) => widthOf(name)))
  return rows
    .map(([name, cell]) => {
      const text = printable(textOf(cell))
      const shown = typeof cell === 'string' ? text : paint(text, cell.colour, colourful)
      return `${name.padEnd(width)}  ${shown}\n`
    })
    .join('')
}

/** What strangers have written must not speak to the terminal. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')
}

/** A state of a destination, a call or a trace: well, on its way, or not. */
export function stateCell(state: string): Cell {
  const colour = stateColours.get(state)
  return colour === undefined ? state : { text: state, colour }
}

const stateColours: ReadonlyMap<string, Colour> = new Map<string, Colour>([
  ['active', 'green'],
  ['up', 'green'],
  ['ready', 'green'],
  ['yes', 'green'],
  ['busy', 'yellow'],
  ['trying', 'yellow'],
  ['ringing', 'yellow'],
  ['calling', 'yellow'],
  ['early', 'yellow'],
  ['drain', 'yellow'],
  ['maintenance', 'yellow'],
  ['inactive', 'red'],
  ['down', 'red'],
  ['failed', 'red'],
  ['no', 'red'],
  ['disabled', 'grey'],
  ['ended', 'grey'],
  ['cancelled', 'grey'],
])

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text
}

/** In characters, which is right for what configurations hold. */
function widthOf(text: string): number {
  return Array.from(text).length
}
