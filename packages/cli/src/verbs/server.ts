/** `sipwright start`, `demo`, `check`, `routes`, `schema`: the load balancer's own program, under this command. */
import { type Command } from 'commander'
import { SipError } from '@sipwright/framework'
import { exitStatuses, guarded, print } from '../operator/act.js'
import { durationOf } from '../operator/values.js'
import { sipCheck } from './sip-check.js'
import { validate } from './config.js'

interface Overridden {
  readonly set?: readonly string[]
}

interface Starting extends Overridden {
  readonly config: string
  readonly watch: boolean
}

interface Checking extends Overridden {
  readonly sip?: string
  readonly transport: string
  readonly timeout: string
  readonly json?: boolean
}

export function addServer(program: Command): void {
  program
    .command('demo')
    .description('a balancer with backends and callers on this machine; options: demo --help')
    .helpOption(false)
    .allowUnknownOption()
    .allowExcessArguments()
    .action((_options: unknown, command: Command) => guarded(() => run(command.args)))
  program
    .command('start')
    .description('run the load balancer of a configuration, until a signal ends it')
    .requiredOption('--config <file>', 'its configuration')
    .option('--set <key=value...>', 'override a value of the file')
    .option('--no-watch', 'read it again when told to only, not when it is written')
    .addHelpText('after', '\nExit status: 0 ended well, 1 failed, 2 not started.')
    .action(({ config, set, watch }: Starting) =>
      guarded(() =>
        run(['--config', config, ...overriding(set), ...(watch ? [] : ['--no-watch'])]),
      ),
    )
  program
    .command('check [file]')
    .description('is a configuration valid, or does somebody answer SIP?')
    .option('--sip <host:port>', 'ask there by OPTIONS; 2xx is well, as a load balancer wants it')
    .option('--transport <name>', 'udp or tcp', 'udp')
    .option('--timeout <time>', 'wait so long for an answer', '2s')
    .option('--set <key=value...>', 'override a value of the file')
    .option('--json', 'print one JSON object (with --sip)')
    .addHelpText('after', exitStatuses)
    .action((file: string | undefined, options: Checking) =>
      guarded(async () => {
        const { sip, set = [], transport, timeout, json = false } = options
        if ((sip === undefined) === (file === undefined)) {
          const found = sip === undefined ? 'neither' : 'both'
          throw new SipError('SIPW_ERR_COMMAND_USAGE', ['check', found, 'a file or --sip'])
        }
        if (file !== undefined) return validate(file, set)
        const said = await sipCheck(sip!, transport, durationOf('--timeout', timeout))
        await print(json ? `${JSON.stringify(said.value)}\n` : said.text)
        return said.status ?? 0
      }),
    )
  program
    .command('routes <file>')
    .description('the rules of a configuration in their order; asks no edge')
    .option('--set <key=value...>', 'override a value of the file')
    .option('--json', 'print them as JSON')
    .addHelpText('after', '\nExit status: 0 valid, 2 not: a line for each fault.')
    .action((file: string, options: Overridden & { readonly json?: boolean }) =>
      guarded(() => routes(file, options)),
    )
  program
    .command('schema')
    .description('the JSON Schema of the configuration, for editors')
    .action(() => guarded(() => run(['--schema'])))
}

async function run(args: readonly string[]): Promise<number> {
  const { program } = await import('@sipwright/sample-lb')
  return program(args)
}

async function routes(
  file: string,
  { set = [], json = false }: Overridden & { readonly json?: boolean },
): Promise<number> {
  const { describeRoutes, formatFault, loadConfig } = await import('@sipwright/sample-lb')
  const loaded = loadConfig(file, set)
  if (loaded.kind === 'faults') {
    process.stderr.write(loaded.faults.map((fault) => `${formatFault(fault)}\n`).join(''))
    return 2
  }
  const { config } = loaded
  const text = json
    ? JSON.stringify({ routes: config.route, otherwise: 404 }, null, 2)
    : describeRoutes(config).join('\n')
  await print(`${text}\n`)
  return 0
}

function overriding(overrides: readonly string[] = []): readonly string[] {
  return overrides.flatMap((each) => ['--set', each])
}
