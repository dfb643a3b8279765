/** `npm create sipwright <folder>`: what is not said is asked for, where somebody is there to answer. */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { Command, Option } from 'commander'
import { ProjectFault, writeProject } from './project.js'
import { isTemplateName, templates, type TemplateName } from './template.js'

interface Options {
  readonly template?: TemplateName
  readonly from?: string
  readonly yes?: boolean
}

const summaries = Object.entries(templates).map(([name, { summary }]) => `  ${name}: ${summary}`)
const firstName: TemplateName = 'load-balancer'

/** The command; faults of what was given are thrown as commander's errors or as `ProjectFault`. */
export function createSipwright(): Command {
  return new Command('create-sipwright')
    .description('Makes a project with an edge of your own, and a test that passes.')
    .version(version())
    .argument('[folder]', 'where; it is made, or must be empty')
    .addOption(
      new Option('-t, --template <name>', `default: ${firstName}`).choices(Object.keys(templates)),
    )
    .option(
      '--from <checkout>',
      "sipwright's packages from a folder of its repository, not from npm",
    )
    .option('-y, --yes', 'ask nothing')
    .addHelpText('after', `\nTemplates:\n${summaries.join('\n')}\n`)
    .exitOverride()
    .action(create)
}

async function create(given: string | undefined, options: Options): Promise<void> {
  const asks = options.yes !== true && process.stdin.isTTY && process.stdout.isTTY
  const folder = given ?? (asks ? await ask('Folder', 'my-edge') : undefined)
  if (folder === undefined) {
    throw new ProjectFault('which folder? create-sipwright <folder> [--template <name>]')
  }
  const name = options.template ?? (asks ? await askTemplate() : firstName)
  const { from } = options
  writeProject({ folder, template: name, version: version(), ...(from !== undefined && { from }) })
  const place = relative(process.cwd(), folder) || '.'
  console.log(`${place} is a project now: ${templates[name].summary}.

  cd ${place}
  npm install
  npm test
  npm start`)
}

async function askTemplate(): Promise<TemplateName> {
  console.log(summaries.join('\n'))
  for (;;) {
    const name = await ask('Template', firstName)
    if (isTemplateName(name)) return name
  }
}

async function ask(question: string, usual: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return (await terminal.question(`${question} (${usual}): `)).trim() || usual
  } finally {
    terminal.close()
  }
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
