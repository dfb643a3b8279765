/** The program, as its own command and `sipwright` start it: what a command line asks for. */
import { readFileSync } from 'node:fs'
import { parseCommandLine, usage } from './command-line.js'
import { configJsonSchema } from './config/schema.js'

/** Does what `args` ask for; the exit status. What is not needed for that is not loaded. */
export async function program(args: readonly string[]): Promise<number> {
  const command = parseCommandLine(args)
  switch (command.kind) {
    case 'help':
      process.stdout.write(usage)
      return 0
    case 'version':
      process.stdout.write(`${version()}\n`)
      return 0
    case 'schema':
      process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`)
      return 0
    case 'refused':
      process.stderr.write(`${command.reason}\n`)
      return 2
    case 'check': {
      const { check } = await import('./check-command.js')
      return check(command)
    }
    case 'serve': {
      const { serve } = await import('./serve.js')
      return serve(command)
    }
    case 'demo': {
      const { demo } = await import('./demo/demo.js')
      return demo(command)
    }
  }
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
