/** `sipwright ban …`: sources that are not heard. */
import { type Command } from 'commander'
import { type Answers } from '@sipwright/plugin-admin'
import { act, done, exitStatuses } from '../operator/act.js'
import { asksEdge, type ConnectionOptions } from '../operator/connection.js'
import { table } from '../operator/terminal.js'
import { durationOf, formatSeconds } from '../operator/values.js'

const path = '/api/v1/bans'

export function addBans(program: Command): void {
  const group = program.command('ban').description('sources that are not heard')
  const verb = (name: string, about: string): Command =>
    asksEdge(group.command(name)).description(about).addHelpText('after', exitStatuses)
  verb('list', 'who is banned, why, and how long').action((options: ConnectionOptions) =>
    act(options, async (edge) => {
      const value = await edge.get<Answers['listBans']>(path)
      const rows = value.bans.map(({ source, reason, by, until }) => [
        ...[source, formatSeconds((Date.parse(until) - Date.now()) / 1_000)],
        ...[by ?? 'sipwright', reason],
      ])
      return { value, text: table(['SOURCE', 'LEFT', 'BY', 'REASON'], rows) }
    }),
  )
  verb('add <address>', 'hears nothing of an address for a while')
    .option('--for <time>', 'how long', '10m')
    .requiredOption('--reason <text>', 'why')
    .action((address: string, options: ConnectionOptions & { for: string; reason: string }) =>
      act(options, async (edge) => {
        const seconds = durationOf('--for', options.for) / 1_000
        const body = { address, reason: options.reason, seconds }
        const ban = await edge.post<Answers['ban']>(path, body)
        return done(ban, `${ban.source}: banned until ${ban.until}`)
      }),
    )
  verb('lift <source>', 'hears it again')
    .option('--reason <text>', 'why, for the audit')
    .action((source: string, options: ConnectionOptions & { readonly reason?: string }) =>
      act(options, async (edge) => {
        const { reason } = options
        await edge.delete<undefined>(`${path}/${encodeURIComponent(source)}`, { reason })
        return done({ source, lifted: true }, `${source}: heard again`)
      }),
    )
}
