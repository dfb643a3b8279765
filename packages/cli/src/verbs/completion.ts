/** `sipwright completion bash|zsh|fish`: what a shell needs to complete verbs and options, made of the commands themselves. */
import { Argument, type Command } from 'commander'
import { guarded, print } from '../operator/act.js'

const shells = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof shells)[number]

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('a script that completes verbs and options in your shell')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText(
      'after',
      `
In ~/.bashrc:                source <(sipwright completion bash)
In ~/.zshrc, after compinit: source <(sipwright completion zsh)
In fish, once:               sipwright completion fish > ~/.config/fish/completions/sipwright.fish`,
    )
    .action((shell: Shell) =>
      guarded(async () => {
        await print(scripts[shell](wordsByVerb(program)))
        return 0
      }),
    )
}

/** What may follow each verb: `dispatcher drain` → its options. */
type WordsByVerb = ReadonlyMap<string, readonly string[]>

function wordsByVerb(program: Command): WordsByVerb {
  const found = new Map<string, readonly string[]>()
  const visit = (command: Command, path: readonly string[]): void => {
    const names = command.commands.map((each) => each.name())
    const options = command.options.map(({ long, short }) => long ?? short ?? '')
    const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices)
    found.set(path.join(' '), [...names, ...choices, ...options, '--help'])
    for (const each of command.commands) visit(each, [...path, each.name()])
  }
  visit(program, [])
  return found
}

const scripts: Readonly<Record<Shell, (words: WordsByVerb) => string>> = {
  bash,
  zsh: (words) => `autoload -U +X bashcompinit && bashcompinit\n${bash(words)}`,
  fish,
}

/** The longest beginning of the line that is a verb says what may follow. */
function bash(words: WordsByVerb): string {
  const cases = [...words]
    .filter(([verb]) => verb !== '')
    .map(([verb, follow]) => `      '${verb}') verb=$next; words='${follow.join(' ')}' ;;`)
  return `_sipwright() {
  local verb='' next='' word words='${(words.get('') ?? []).join(' ')}'
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${verb:+$verb }$word"
    case $next in
${cases.join('\n')}
    esac
  done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
  if [ \${#COMPREPLY[@]} -eq 0 ]; then compopt -o default; fi
}
complete -F _sipwright sipwright
`
}

function fish(words: WordsByVerb): string {
  const cases = [...words]
    .filter(([verb]) => verb !== '')
    .map(
      ([verb, follow]) =>
        `      case '${verb}'\n        set verb $next; set words ${follow.join(' ')}`,
    )
  return `function __sipwright_words
  set -l verb ''
  set -l words ${(words.get('') ?? []).join(' ')}
  for word in (commandline -opc)[2..]
    set -l next (string trim "$verb $word")
    switch $next
${cases.join('\n')}
    end
  end
  printf '%s\\n' $words
end
complete -c sipwright -a '(__sipwright_words)'
`
}
