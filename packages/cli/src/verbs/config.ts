/** `sipwright config …`, `reload`: the configuration in force, and the one that is on disk; and the code. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Command } from 'commander'
import { SipError } from '@sipwright/framework'
import { type Answers } from '@sipwright/plugin-admin'
import { stringify } from 'yaml'
import { act, done, exitStatuses, guarded, type Said } from '../operator/act.js'
import { asksEdge, type ConnectionOptions } from '../operator/connection.js'
import { type EdgeClient } from '../operator/edge-client.js'
import { durationOf } from '../operator/values.js'

type Reload = Answers['configReload']
type Code = Answers['code']

interface Reloading {
  readonly code?: boolean
  readonly timeout: string
  readonly reason?: string
}

/** The process that answers is replaced, too: then it is asked again a moment later. */
const codePollMs = 200

export function addConfig(program: Command): void {
  const group = program.command('config').description('the configuration in force, and on disk')
  asksEdge(group.command('show'))
    .description('what is in force, without secrets')
    .addHelpText('after', exitStatuses)
    .action((options: ConnectionOptions) =>
      act(options, async (edge) => {
        const value = await edge.get<object>('/api/v1/config')
        return { value, text: stringify(value) }
      }),
    )
  asksEdge(group.command('diff'))
    .description('what a reload would change')
    .option('--exit-code', 'exit status 1 if anything would')
    .addHelpText('after', exitStatuses)
    .action((options: ConnectionOptions & { readonly exitCode?: boolean }) =>
      act(options, async (edge) => {
        const said = await reload(edge, { dryRun: 'true' }, 'would change')
        const { lines, restart } = said.value as Reload
        const differs = lines.length + restart.length > 0
        return { ...said, status: options.exitCode === true && differs ? 1 : 0 }
      }),
    )
  group
    .command('validate <file>')
    .description('checks a file and all it points to; asks no edge')
    .option('--set <key=value...>', 'override a value of the file')
    .addHelpText('after', '\nExit status: 0 valid, 2 not: a line for each fault.')
    .action((file: string, { set = [] }: { readonly set?: readonly string[] }) =>
      guarded(() => validate(file, set)),
    )
  asksEdge(program.command('reload'))
    .description('reads the configuration again and applies it; or runs the code that is on disk')
    .option('--code', 'new processes take the place of all workers, and no call notices')
    .option('--timeout <time>', 'with --code: wait so long for it', '2m')
    .option('--reason <text>', 'why, for the audit')
    .addHelpText('after', exitStatuses)
    .action((options: ConnectionOptions & Reloading) =>
      act(options, (edge) =>
        options.code === true
          ? reloadCode(edge, options)
          : reload(edge, {}, 'changed', options.reason),
      ),
    )
}

/** As `start` would read it. */
export async function validate(file: string, overrides: readonly string[]): Promise<number> {
  const { program } = await import('@sipwright/sample-lb')
  const set = overrides.flatMap((each) => ['--set', each])
  return program(['--config', file, '--check', ...set])
}

async function reloadCode(edge: EdgeClient, { timeout, reason }: Reloading): Promise<Said> {
  const end = performance.now() + durationOf('--timeout', timeout)
  const before = await edge.post<Code>(
    '/api/v1/code/reload',
    reason === undefined ? {} : { reason },
  )
  while (performance.now() < end) {
    await pause(codePollMs)
    const value = await codeOf(edge)
    if (value === undefined || value.attempts === before.attempts) continue
    if (value.faults.length === 0) return done(value, 'new code runs in all workers')
    throw new SipError('SIPW_ERR_COMMAND_REFUSED', [
      `the code was not swapped: ${value.faults.join('; ')}`,
    ])
  }
  throw new SipError('SIPW_ERR_COMMAND_LATE', [
    `the code was not swapped after ${timeout}; the log of the edge says how far it is`,
  ])
}

/** Undefined: nobody answers just now. */
async function codeOf(edge: EdgeClient): Promise<Code | undefined> {
  try {
    return await edge.get<Code>('/api/v1/code')
  } catch (error) {
    if (error instanceof SipError && error.code === 'SIPW_ERR_COMMAND_UNREACHABLE') return undefined
    throw error
  }
}

async function reload(
  edge: EdgeClient,
  query: { readonly dryRun?: string },
  verb: string,
  reason?: string,
): Promise<Said> {
  const body = reason === undefined ? {} : { reason }
  const value = await edge.post<Reload>('/api/v1/config/reload', body, query)
  const { lines, restart } = value
  const rest = restart.map((section) => `${section}: differs, and needs a restart`)
  const nothing = lines.length + rest.length === 0 ? [`nothing ${verb} in the sets`] : []
  const later = query.dryRun === undefined && !value.applied ? ['on its way to all workers'] : []
  return done(value, [...nothing, ...lines, ...rest, ...later].join('\n'))
}
