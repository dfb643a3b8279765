/** What choosing a destination costs, by algorithm, among few and many. */
import { inChild } from '../inside/in-child.js'
import { type SelectionFigure } from '../inside/selection.js'
import { type Measure } from '../measure.js'
import { type Table } from '../report/table.js'

const counts = [2, 10, 100, 1_000]
const batchMs = 25

export const selection: Measure = {
  name: 'selection',
  what: 'choosing among 2 to 1000 destinations, by algorithm',
  underLoad: false,
  seconds: ({ options }) => 10 + 3 * options.rounds,
  async run({ options }) {
    const figures = await inChild('selection', { counts, batches: 3 * options.rounds, batchMs })
    return [tableOf(figures as readonly SelectionFigure[])]
  },
}

/** One row per algorithm and state of the set; beside each figure its ratio to the smallest set. */
export function tableOf(figures: readonly SelectionFigure[]): Table {
  const sizes = [...new Set(figures.map(({ destinations }) => destinations))]
  const kinds = [...new Set(figures.map(({ algorithm }) => algorithm))].flatMap((algorithm) =>
    [false, true].map((someDead) => ({ algorithm, someDead })),
  )
  return {
    title: 'Selection: CPU ns until the first usable choice',
    columns: [
      'algorithm',
      'set',
      ...sizes.flatMap((size, at) => (at === 0 ? [String(size)] : [String(size), '×'])),
    ],
    rows: kinds.map(({ algorithm, someDead }) => {
      const own = figures.filter(
        (each) => each.algorithm === algorithm && each.someDead === someDead,
      )
      const cost = sizes.map(
        (size) => own.find((each) => each.destinations === size)?.nanoseconds.median ?? NaN,
      )
      const cells = cost.flatMap((each, at) =>
        at === 0 ? [each.toFixed(0)] : [each.toFixed(0), (each / cost[0]!).toFixed(1)],
      )
      return [algorithm, someDead ? 'a third dead' : 'all usable', ...cells]
    }),
    notes: ['× is the ratio to the smallest set in the same row.'],
    voided: [],
    figures,
  }
}
