/** What calls, connections and timers hold and cost when there are very many. */
import { type ConnectionsReport } from '../inside/connections.js'
import { inChild } from '../inside/in-child.js'
import { type TimersFigure } from '../inside/timers.js'
import { type TransactionsReport } from '../inside/transactions.js'
import { type Measure } from '../measure.js'
import { type Table } from '../report/table.js'

const steps = [10_000, 50_000, 200_000]
const connections = 4_000
const timers = 1_000_000

export const memory: Measure = {
  name: 'memory',
  what: '200,000 calls at once, idle connections, a million timers',
  underLoad: false,
  seconds: ({ options }) => 50 + 3 * options.rounds,
  async run({ options, log }) {
    log(`memory: ${steps.join(', ')} calls`)
    const calls = (await inChild('transactions', { steps })) as TransactionsReport
    log(`memory: ${connections} connections`)
    const idle = (await inChild('connections', { connections })) as ConnectionsReport
    log(`memory: ${timers} timers`)
    const queue = await inChild('timers', { timers, rounds: options.rounds })
    return [
      callsTable(calls),
      connectionsTable(idle),
      timersTable(queue as readonly TimersFigure[]),
    ]
  },
}

export function callsTable(report: TransactionsReport): Table {
  const most = report.steps.at(-1)?.calls ?? 0
  const failures = [
    ...(report.completed === most ? [] : [`${report.completed} of ${most} calls were answered`]),
    ...(report.left === 0 ? [] : [`${report.left} transactions never ended`]),
  ]
  return {
    title: 'Memory: bytes per call',
    columns: ['calls at once', 'state', 'bytes per call'],
    rows: [
      ...report.steps.map(({ calls, ringing }) => [String(calls), 'ringing', ringing.toFixed(0)]),
      [String(most), 'answered, resting for 64·T1', report.answered.toFixed(0)],
      [String(most), 'all transactions ended', report.over.toFixed(0)],
    ],
    notes: [
      'heapUsed + external after a collection, of a whole app: the server and the client transaction of an INVITE and all that is kept with them.',
      `${report.completed} of ${most} calls held at once were answered, ${report.left} transactions were left at the end.`,
    ],
    voided: failures,
    figures: report,
  }
}

export function connectionsTable(report: ConnectionsReport): Table {
  return {
    title: 'Memory: an idle TCP connection',
    columns: ['connections', 'heap bytes each', 'resident bytes each'],
    rows: [[String(report.connections), report.heap.toFixed(0), report.resident.toFixed(0)]],
    notes: ['Each has carried one request and its answer. The buffers of the kernel come on top.'],
    voided: [],
    figures: report,
  }
}

export function timersTable(figures: readonly TimersFigure[]): Table {
  return {
    title: 'Timers: CPU ns each',
    columns: ['times', 'timers', 'set', 'clear', 'expire'],
    rows: figures.map(({ times, timers: count, set, clear, expire }) => [
      ...[times, String(count)],
      ...[set, clear, expire].map(({ median }) => median.toFixed(0)),
    ]),
    notes: ['In no order is the worst case: nothing in the stack sets such times.'],
    voided: [],
    figures,
  }
}
