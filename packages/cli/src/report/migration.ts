/** Writes MIGRATION.md: totals, what to do next, and every line of every input with its verdict. */
import { basename } from 'node:path'
import { type Row, totalsOf, type Verdict } from './report.js'

export interface MigrationInput {
  readonly rows: readonly Row[]
  /** In the order in which they were read. */
  readonly files: readonly string[]
  /** What must be done by hand before it runs, beyond the rows. */
  readonly todo: readonly string[]
  /** What was written. */
  readonly written: readonly string[]
}

/** The text of the file. */
export function migrationFile({ rows, files, todo, written }: MigrationInput): string {
  const totals = totalsOf(rows)
  return [
    '# From Kamailio to sipwright',
    '',
    `${written.join(', ')} and this report were made by \`sipwright import kamailio\`.`,
    '',
    '| verdict | lines | |',
    '| --- | --- | --- |',
    ...verdicts.map(([verdict, meaning]) => `| ${verdict} | ${totals[verdict]} | ${meaning} |`),
    '',
    ...(todo.length === 0 ? [] : ['## To do', '', ...todo.map((each) => `- ${each}`), '']),
    '## Run it',
    '',
    '```sh',
    'node apps/sample-lb/dist/main.js --config lb.yaml --check   # says what is wrong, or what would run',
    'node apps/sample-lb/dist/main.js --config lb.yaml',
    '```',
    '',
    '`lb.yaml` alone is enough. `routes.ts` is for who wants to go on in code: it does more of what the routes said, and quotes',
    'the rest as comments. Where the two differ, a line below says so. It needs `"experimentalDecorators": true`, and runs as',
    '',
    '```ts',
    'const app = await createApp({ plugins: [dispatcher(dispatcherOptions(source))], routes: [KamailioRoutes] })',
    "await app.listen('udp:0.0.0.0:5060')",
    '```',
    ...files.flatMap((file) => section(file, rows)),
    '',
  ].join('\n')
}

const verdicts: readonly (readonly [Verdict, string])[] = [
  ['translated', 'does the same here'],
  ['approximated', 'does nearly the same: the note says where it differs'],
  ['not translated', 'is not done: the note says why, and what to do'],
  ['inactive', 'Kamailio leaves it out as well'],
]

function section(file: string, all: readonly Row[]): string[] {
  const rows = all.filter((row) => row.file === file)
  if (rows.length === 0) return []
  return [
    '',
    `## ${inText(basename(file))}`,
    '',
    '| line | | verdict | |',
    '| --- | --- | --- | --- |',
    ...rows.map(
      ({ line, endLine, subject, verdict, note }) =>
        `| ${line === endLine ? line : `${line}–${endLine}`} | ${inCode(subject)} | ${verdict} | ${inText(note)} |`,
    ),
  ]
}

/** As code in a table; a stranger's line must not end either. */
function inCode(text: string): string {
  if (text === '') return ''
  const short = text.length > longest ? `${text.slice(0, longest)}…` : text
  return `\`${short.replaceAll('`', "'").replaceAll('|', '\\|')}\``
}

function inText(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ')
}

const longest = 90
