#!/usr/bin/env node
/** The program: what the command line asks for. */
import { readFileSync } from 'node:fs'
import { parseCommandLine, usage } from './command-line.js'
import { configJsonSchema } from './config/schema.js'

const command = parseCommandLine(process.argv.slice(2))
switch (command.kind) {
  case 'help':
    process.stdout.write(usage)
    break
  case 'version':
    process.stdout.write(`${version()}\n`)
    break
  case 'schema':
    process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`)
    break
  case 'refused':
    process.stderr.write(`${command.reason}\n`)
    process.exitCode = 2
    break
  case 'check': {
    const { check } = await import('./check-command.js')
    process.exitCode = check(command)
    break
  }
  case 'serve': {
    const { serve } = await import('./serve.js')
    process.exitCode = await serve(command)
    break
  }
  case 'demo': {
    const { demo } = await import('./demo/demo.js')
    process.exitCode = await demo(command)
    break
  }
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
