/** What a message costs before any network: reading it, and all that forwarding does to it. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inChild } from '../inside/in-child.js'
import { type ParseFigure } from '../inside/parse.js'
import { type Measure } from '../measure.js'
import { type Table } from '../report/table.js'
import { spreadOf } from '../statistics.js'

const torture = join(
  dirname(fileURLToPath(import.meta.url)),
  ...['..', '..', '..', 'packages', 'framework', 'test', 'torture', 'rfc4475'],
)
const batchMs = 20

export const parse: Measure = {
  name: 'parse',
  what: 'reading and forwarding a message, by message',
  underLoad: false,
  seconds: ({ options }) => 15 + 8 * options.rounds,
  async run({ options }) {
    const figures = await inChild('parse', { batches: 3 * options.rounds, batchMs, torture })
    return [tableOf(figures as readonly ParseFigure[])]
  },
}

/** One row per message; those of RFC 4475 in one row. */
export function tableOf(figures: readonly ParseFigure[]): Table {
  const tortures = figures.filter(({ message }) => message.startsWith('RFC 4475'))
  const own = figures.filter((each) => !tortures.includes(each))
  return {
    title: 'One message: CPU ns',
    columns: ['message', 'bytes', 'parse', 'parse, look, edit, write'],
    rows: [
      ...own.map(({ message, bytes, parse: cost, forward }) => [
        ...[
          message,
          String(bytes),
          cost.median.toFixed(0),
          forward?.median.toFixed(0) ?? 'refused',
        ],
      ]),
      ...(tortures.length === 0 ? [] : [tortureRow(tortures)]),
    ],
    notes:
      tortures.length === 0
        ? []
        : ['Of RFC 4475: the median message and, in brackets, the dearest.'],
    voided: [],
    figures,
  }
}

function tortureRow(figures: readonly ParseFigure[]): readonly string[] {
  const middle = (values: readonly number[]): string => {
    const spread = spreadOf(values)
    return spread === undefined ? '–' : `${spread.median.toFixed(0)} (${spread.max.toFixed(0)})`
  }
  return [
    `RFC 4475, ${figures.length} messages`,
    middle(figures.map(({ bytes }) => bytes)),
    middle(figures.map((each) => each.parse.median)),
    middle(figures.flatMap(({ forward }) => (forward === undefined ? [] : [forward.median]))),
  ]
}
