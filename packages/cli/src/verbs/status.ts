/** `sipwright status`, `limits`: the edge at a glance. */
import { type Command } from 'commander'
import { type Answers } from '@sipwright/plugin-admin'
import { act, exitStatuses, type Said } from '../operator/act.js'
import { asksEdge, type ConnectionOptions } from '../operator/connection.js'
import { type EdgeClient } from '../operator/edge-client.js'
import { facts, table } from '../operator/terminal.js'
import { formatSeconds } from '../operator/values.js'

export function addStatus(program: Command): void {
  asksEdge(program.command('status'))
    .description('what runs there, and whether it is ready for calls')
    .addHelpText('after', exitStatuses)
    .action((options: ConnectionOptions) => act(options, status))
  asksEdge(program.command('limits'))
    .description('limits in their order, and what they kept out')
    .addHelpText('after', exitStatuses)
    .action((options: ConnectionOptions) => act(options, limits))
}

async function status(edge: EdgeClient): Promise<Said> {
  const value = await edge.get<Answers['status']>('/api/v1/status')
  const { ready, reasons, listeners, calls, destinations, transactions, workers } = value
  const answered = workers.answered < workers.count ? `, ${workers.answered} answered` : ''
  const text = facts([
    ['node', `${value.node} ${value.version}, Node.js ${value.nodeVersion}`],
    ['up', formatSeconds(value.uptimeSeconds)],
    ['ready', ready ? { text: 'yes', colour: 'green' } : notReady(reasons)],
    ['workers', `${workers.count}${answered}`],
    ...listeners.map(({ transport, address, port, zone }): [string, string] => [
      'listens',
      `${transport.toLowerCase()}:${address.includes(':') ? `[${address}]` : address}:${port} (${zone})`,
    ]),
    ['calls', `${calls.active}, ${calls.pending} of them without an answer`],
    ['transactions', `${transactions.server} of callers, ${transactions.client} to destinations`],
    ['destinations', `${destinations.usable} of ${destinations.total} usable`],
  ])
  return { value, text }
}

function notReady(reasons: readonly string[]) {
  return { text: `no: ${reasons.join('; ')}`, colour: 'red' } as const
}

async function limits(edge: EdgeClient): Promise<Said> {
  const value = await edge.get<Answers['listLimits']>('/api/v1/limits')
  const rows = value.limits.map(({ per, exceeded }, index) => [
    String(index + 1),
    per,
    String(exceeded),
  ])
  const kept = Object.entries(value.counters).map(([name, count]): [string, string] => [
    name,
    String(count),
  ])
  const text = `${table(['LIMIT', 'PER', 'EXCEEDED'], rows)}\n${facts(kept)}`
  return { value, text: rows.length === 0 ? facts(kept) : text }
}
