/**
 * `sipwright dev`: a program that starts anew when one of its modules is saved. Node's own watch mode follows what the program
 * imports; calls in progress end with the old process, which is why this is for development only.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Command } from 'commander'
import { SipError } from '@sipwright/framework'
import { guarded } from '../operator/act.js'

interface Developing {
  readonly config?: string
  readonly set?: readonly string[]
}

/** People read along, and a restart does not wait for calls. */
const forPeople = ['log={ level: info, format: pretty }', 'drain.timeout=100ms']

export function addDev(program: Command): void {
  program
    .command('dev [entry] [args...]')
    .description(
      'run a program, or the load balancer of --config, again whenever its code is saved',
    )
    .option('--config <file>', 'the configuration of the load balancer, instead of an entry')
    .option('--set <key=value...>', 'override a value of the file')
    .passThroughOptions()
    .addHelpText('after', '\nExit status: 0 ended by a signal, 2 not started.')
    .action((entry: string | undefined, args: readonly string[], options: Developing) =>
      guarded(() => run(commandOf(entry, args, options))),
    )
}

function commandOf(
  entry: string | undefined,
  args: readonly string[],
  { config, set = [] }: Developing,
): readonly string[] {
  if ((entry === undefined) === (config === undefined)) {
    const found = entry === undefined ? 'neither' : 'both'
    throw new SipError('SIPW_ERR_COMMAND_USAGE', ['dev', found, 'an entry or --config'])
  }
  if (entry !== undefined) return [entry, ...args]
  const main = fileURLToPath(new URL('./main.js', import.meta.resolve('@sipwright/sample-lb')))
  const overrides = [...forPeople, ...set].flatMap((each) => ['--set', each])
  return [main, '--config', config!, ...overrides]
}

/** Until a signal ends it. A terminal sends Ctrl-C to both processes; SIGTERM comes here alone. */
async function run(command: readonly string[]): Promise<number> {
  const watch = ['--watch', '--watch-preserve-output', '--no-warnings']
  const child = spawn(process.execPath, [...watch, ...command], { stdio: 'inherit' })
  const ended = new AbortController()
  const end = (): void => {
    ended.abort()
    child.kill('SIGTERM')
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  const [status] = (await once(child, 'exit')) as [number | null]
  process.off('SIGTERM', end)
  process.off('SIGINT', end)
  return ended.signal.aborted ? 0 : (status ?? 1)
}
