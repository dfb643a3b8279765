/** The table of a soak. */
import { retransmissionsAllowed } from '../load/verdict.js'
import { type Table } from '../report/table.js'
import { flatWithin, type Trend } from './verdict.js'

/** What SIPp counted over the whole run. */
export interface SoakCounts {
  readonly created: number
  readonly successful: number
  readonly retransmissions: number
}

/** One row per measure, with its slope per hour; a failed call voids, and so do many retransmissions. */
export function soakTable(trends: readonly Trend[], counts: SoakCounts, calls: number): Table {
  const { created, successful, retransmissions } = counts
  return {
    title: 'Soak: what the balancer holds',
    columns: ['measure', 'level', 'change per hour', '95 % interval', 'looks', 'verdict'],
    rows: trends.map(({ name, line, perHour, perHourUncertainty, samples, verdict }) => [
      ...[name, line === undefined ? '–' : line.middle.toFixed(0)],
      ...[percent(perHour), `± ${percent(perHourUncertainty)}`, String(samples), verdict],
    ]),
    notes: [
      `Flat: the whole interval lies within ± ${percent(flatWithin)} per hour, after the warm-up. Unclear: it needs a longer run.`,
      `${successful} of ${calls} calls ended well, ${retransmissions} messages were sent again.`,
    ],
    voided: [
      ...(successful === calls
        ? []
        : [`${calls - successful} of ${calls} calls failed or were not made (${created} made)`]),
      ...(retransmissions <= calls * retransmissionsAllowed
        ? []
        : [`${retransmissions} retransmissions in ${calls} calls`]),
    ],
    figures: { trends, counts, calls },
  }
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(2)} %` : '–'
}
