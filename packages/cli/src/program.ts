/** The command with all its verbs. */
import { readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { importCommand, type ImportOptions } from './import-command.js'
import { addBans } from './verbs/bans.js'
import { addCalls } from './verbs/calls.js'
import { addCompletion } from './verbs/completion.js'
import { addConfig } from './verbs/config.js'
import { addDev } from './verbs/dev.js'
import { addDispatcher } from './verbs/dispatcher.js'
import { addLogs } from './verbs/logs.js'
import { addServer } from './verbs/server.js'
import { addStatus } from './verbs/status.js'
import { addToken } from './verbs/token.js'
import { addTop } from './verbs/top.js'
import { addTrace } from './verbs/trace.js'

/** `sipwright`; its faults are thrown as commander's errors. */
export function sipwright(): Command {
  const program = new Command('sipwright')
    .description('The SIP edge that TypeScript developers program')
    .version(version())
    .exitOverride()
    .enablePositionalOptions()
  addServer(program)
  addDev(program)
  addStatus(program)
  addDispatcher(program)
  addCalls(program)
  addTrace(program)
  addTop(program)
  addLogs(program)
  addBans(program)
  addConfig(program)
  addToken(program)
  addImport(program)
  addCompletion(program)
  return program
}

function addImport(program: Command): void {
  program
    .command('import')
    .description('bring a configuration over from another SIP server')
    .command('kamailio')
    .description(
      'Kamailio’s dispatcher: writes lb.yaml, routes.ts, and MIGRATION.md, which says what became of each line',
    )
    .addOption(new Option('--cfg <file>', 'kamailio.cfg; what it includes is read with it'))
    .addOption(
      new Option('--list <file>', 'dispatcher.list; default: what kamailio.cfg names').conflicts(
        'db',
      ),
    )
    .addOption(
      new Option(
        '--db <url or file>',
        'postgres://…, mysql://…, sqlite:<file>, or a dump of the table',
      ),
    )
    .addOption(new Option('-o, --out <folder>', 'where files are written').default('out'))
    .option('--force', 'overwrite what is there')
    .option('--json', 'print the report as one JSON object')
    .addHelpText(
      'after',
      '\nExit status: 0 written, 2 not: the input or the output folder is at fault, in one line.',
    )
    .action(async (options: ImportOptions) => {
      process.exitCode = await importCommand(options)
    })
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
