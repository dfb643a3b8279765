/** Writes routes.ts: a route class that does what was recognised, and quotes what was not. */
import { type Edge } from '../edge/edge.js'
import { type Program } from './program.js'
import { ClassText } from './class-text.js'
import { quoted, type SourceLines } from './quotes.js'
import { dataLiteral, indented, literal } from './source-text.js'

export interface RoutesFileInput {
  readonly program: Program
  readonly edge: Edge
  readonly files: SourceLines
}

/** The text of the file. */
export function routesFile(input: RoutesFileInput): string {
  const text = new ClassText(input)
  const lines = text.lines()
  const quotes = input.program.unreached.flatMap((route) => [
    '',
    ...quoted(input.files, route, 'nothing above leads to it'),
  ])
  const constants = constantsOf(lines.join('\n'), text.keys)
  const options = optionsOf(input.edge)
  const body = [...constants, '', ...options, '', ...lines]
  return [...headOf(body.join('\n')), ...body, ...quotes, ''].join('\n')
}

/** What may be imported, and how its use is seen. */
const fromFramework = ['contextKey', 'inject', 'OnFailure', 'OnRequest', 'Routes']
const frameworkTypes = ['FailureContext', 'Handled', 'RequestContext']
const fromDispatcher = ['Destination', 'Dispatcher', 'keyNamed']
const dispatcherTypes = ['Candidates', 'DispatcherInput']

function headOf(body: string): string[] {
  const code = body
    .replaceAll(/^\s*(?:\/\/|\/\*\*).*$/gm, '')
    .replaceAll(/'(?:[^'\\\n]|\\.)*'/g, "''")
  const used = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(code)
  const imported = (names: readonly string[], types: readonly string[]): string =>
    [...names.filter(used), ...types.filter(used).map((name) => `type ${name}`)].join(', ')
  return [
    '// Made by `sipwright import kamailio`: what it recognised in kamailio.cfg. MIGRATION.md says, line by line, what',
    '// became of the rest. Yours to change: importing again overwrites it only with --force.',
    `import { ${imported(fromFramework, frameworkTypes)} } from '@sipwright/framework'`,
    `import { ${imported(fromDispatcher, dispatcherTypes)} } from '@sipwright/plugin-dispatcher'`,
  ]
}

/** The constants that the class uses. */
function constantsOf(body: string, keys: ReadonlyMap<string, string>): string[] {
  const lines: string[] = []
  if (body.includes('(destinations')) {
    lines.push(
      '/** What ds_select_dst and its kin have found for this request. */',
      "const destinations = contextKey<Candidates>('kamailio.destinations')",
    )
  }
  if (body.includes('(failureRoute')) {
    lines.push(
      '/** What t_on_failure has said. */',
      "const failureRoute = contextKey<string | undefined>('kamailio.failureRoute')",
    )
  }
  for (const [key, name] of keys) lines.push(`const ${name} = keyNamed(${literal(key)})`)
  return lines.length === 0 ? lines : ['', ...lines]
}

function optionsOf(edge: Edge): string[] {
  const { sets, source, probe, strict, maxDurationMs, ejection } = edge
  const given = {
    sets: Object.fromEntries(sets),
    probe,
    health: ejection && { ejection: { ...ejection, probeEnds: true } },
    load: maxDurationMs === undefined ? undefined : { maxDurationMs },
  }
  const lines = Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${dataLiteral(value)},`)
  const table = source?.kind === 'sql' ? source.table : undefined
  const strictly = strict ? ', strict: true' : ''
  const from =
    table === undefined
      ? `source: { file: source${strictly} },`
      : `source: { sql: { url: source, table: ${literal(table)} }${strictly} },`
  const what = table === undefined ? 'the path of dispatcher.list' : 'the URL of the database'
  return [
    `/** \`createApp({ plugins: [dispatcher(dispatcherOptions(source))], routes: [KamailioRoutes] })\`; \`source\`: ${what}. */`,
    'export function dispatcherOptions(source: string): DispatcherInput {',
    ...indented(['return {', ...indented([...lines, from]), '}']),
    '}',
  ]
}
