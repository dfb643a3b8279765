/** `sipwright calls …`: calls in progress. */
import { type Command } from 'commander'
import { type Answers } from '@sipwright/plugin-admin'
import { act, done, exitStatuses } from '../operator/act.js'
import { asksEdge, type ConnectionOptions } from '../operator/connection.js'
import { facts, stateCell, table } from '../operator/terminal.js'
import { sinceText } from '../operator/values.js'

interface Filter extends ConnectionOptions {
  readonly state?: string
  readonly set?: string
  readonly destination?: string
  readonly from?: string
  readonly to?: string
  readonly limit: string
}

const path = '/api/v1/calls'

export function addCalls(program: Command): void {
  const group = program.command('calls').description('calls in progress')
  const verb = (name: string, about: string): Command =>
    asksEdge(group.command(name)).description(about).addHelpText('after', exitStatuses)
  verb('list', 'newest first')
    .option('--state <state>', 'calling, ringing or up')
    .option('--set <set>', 'of this set')
    .option('--destination <id>', 'to this destination')
    .option('--from <text>', 'a part of From')
    .option('--to <text>', 'a part of To')
    .option('--limit <number>', 'so many at most', '100')
    .action((options: Filter) =>
      act(options, async (edge) => {
        const { state, set, destination, from, to, limit } = options
        const query = { state, set, destination, from, to, limit }
        const value = await edge.get<Answers['listCalls']>(path, query)
        const rows = value.calls.map((call) => [
          call.id,
          stateCell(call.state),
          sinceText(call.startedAt, Date.now()),
          call.destination === null ? '-' : `${call.set ?? ''}/${call.destination}`,
          String(call.attempts),
          call.from,
          call.to,
          call.callId,
        ])
        const head = ['ID', 'STATE', 'SINCE', 'DESTINATION', 'TRIES', 'FROM', 'TO', 'CALL-ID']
        const more = value.total - rows.length
        const rest = more > 0 ? `and ${more} more\n` : ''
        return { value, text: table(head, rows) + rest }
      }),
    )
  verb('show <id>', 'one call').action((id: string, options: ConnectionOptions) =>
    act(options, async (edge) => {
      const value = await edge.get<Answers['call']>(`${path}/${encodeURIComponent(id)}`)
      const rows = Object.entries(value).map(
        ([name, each]) => [name, name === 'state' ? stateCell(value.state) : String(each)] as const,
      )
      return { value, text: facts(rows) }
    }),
  )
  verb('end <id>', 'ends a call that nobody has answered yet')
    .option('--reason <text>', 'why, for the audit')
    .action((id: string, options: ConnectionOptions & { readonly reason?: string }) =>
      act(options, async (edge) => {
        const { reason } = options
        await edge.delete<undefined>(`${path}/${encodeURIComponent(id)}`, { reason })
        return done({ id, ended: true }, `${id}: ended`)
      }),
    )
}
