#!/usr/bin/env node
/** The command line of sipwright. Its first line stays: links that were made to this file itself are run by it. */
import { readFileSync } from 'node:fs'
import { Command, CommanderError, Option } from 'commander'
import { importCommand, type ImportOptions } from './import-command.js'

const program = new Command('sipwright')
  .description('The SIP edge that TypeScript developers program')
  .version(version())
  .exitOverride()

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

try {
  await program.parseAsync()
} catch (error) {
  // It has said why; help and version are no faults.
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : 2
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
