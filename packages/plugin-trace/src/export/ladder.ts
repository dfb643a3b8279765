/** A trace as a ladder for a terminal or a ticket: one column per party, one line per arrow, decisions between them. */
import { type Detail } from '../entry.js'
import { type ShownTrace } from '../view.js'

const width = 30

export function ladderText(trace: ShownTrace): string {
  const { parties, entries, callId, from, to, state, omitted } = trace
  const places = new Map(parties.map(({ address }, column) => [address, column]))
  const lines = [
    `${trace.method} ${from} -> ${to}  ${state}${trace.status === null ? '' : ` ${trace.status}`}`,
    `Call-ID: ${printable(callId)}  started ${trace.startedAt}`,
    '',
    `${' '.repeat(12)}${parties
      .map(({ name }) =>
        printable(name)
          .slice(0, width - 2)
          .padEnd(width),
      )
      .join('')}`,
    `${' '.repeat(12)}${parties.map(({ address }) => address.slice(0, width - 2).padEnd(width)).join('')}`,
  ]
  for (const entry of entries) {
    const time = `${(entry.offsetMs / 1_000).toFixed(3).padStart(9)}s  `
    if (entry.kind === 'decision') {
      const edge = '|'.padEnd(width)
      lines.push(`${time}${edge}* ${printable(entry.text)}`)
      const indent = ' '.repeat(time.length + edge.length + 2)
      lines.push(...reasons(entry.detail).map((reason) => indent + printable(reason)))
      continue
    }
    const [one, other] = [places.get(entry.from) ?? 0, places.get(entry.to) ?? 0]
    const label = printable(entry.label) + (entry.retransmission ? ' (again)' : '')
    lines.push(time + arrow(parties.length, one, other, label))
  }
  if (omitted > 0) lines.push(`... ${omitted} more were not kept`)
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

/** Of a choice: who would have been next, and why the others were out. */
function reasons({ destination, candidates, excluded }: Detail): readonly string[] {
  const next = named(candidates).filter(({ id }) => id !== destination)
  return [
    ...(next.length > 0 ? [`then ${next.map(({ id }) => id).join(', ')}`] : []),
    ...named(excluded).map(({ id, why }) => `not ${id}: ${why}`),
  ]
}

interface Named {
  readonly id: string
  readonly why: string
}

/** What `explain` said, as plain data. */
function named(value: unknown): readonly Named[] {
  return Array.isArray(value) ? (value as readonly Named[]) : []
}

function arrow(columns: number, one: number, other: number, label: string): string {
  const [left, right] = [Math.min(one, other), Math.max(one, other)]
  let line = ''
  for (let column = 0; column < columns; column++) {
    if (column !== left || left === right) {
      if (column < left || column >= right) line += '|'.padEnd(width)
      continue
    }
    const length = (right - left) * width - 1
    const shaft = ` ${label} `
      .slice(0, length - 4)
      .padStart(Math.floor((length + label.length) / 2), '-')
      .padEnd(length - 1, '-')
    line += one < other ? `|${shaft}>` : `|<${shaft}`
  }
  return line
}

/** Nothing of a stranger's moves the cursor of a terminal. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}
