/** `sipwright token create`: a token, and what the configuration keeps of it. */
import { type Command, Option } from 'commander'
import { done, exitStatuses, guarded, print } from '../operator/act.js'

interface Creating {
  readonly name: string
  readonly scope: string
  readonly json?: boolean
}

export function addToken(program: Command): void {
  program
    .command('token')
    .description('who may ask an edge')
    .command('create')
    .description('a new token, and its hash for the configuration; asks no edge')
    .option('--name <name>', 'who it is for: what the audit says', 'ops')
    .addOption(
      new Option('--scope <scope>', 'what it may do')
        .choices(['read', 'operate', 'admin'])
        .default('operate'),
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', exitStatuses)
    .action((options: Creating) =>
      guarded(async () => {
        const { name, scope, json = false } = options
        const { createToken, hashToken } = await import('@sipwright/plugin-admin')
        const token = createToken()
        const hash = await hashToken(token)
        const lines = [
          `token  ${token}`,
          `hash   ${hash}`,
          '',
          'The token is shown this once; the configuration keeps its hash:',
          '',
          'admin:',
          '  tokens:',
          `    - { name: ${name}, token: '${hash}', scope: ${scope} }`,
        ]
        const said = done({ name, scope, token, hash }, lines.join('\n'))
        await print(json ? `${JSON.stringify(said.value, null, 2)}\n` : said.text)
        return 0
      }),
    )
}
