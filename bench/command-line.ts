/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util'

export interface BenchOptions {
  readonly measures: readonly string[]
  readonly systems: readonly string[]
  /** Calls per second. */
  readonly rates: readonly number[]
  readonly rounds: number
  /** How long one run is measured. */
  readonly seconds: number
  /** No further measure or round is begun that would end later. */
  readonly maxMinutes: number
  /** The file that gets all figures. */
  readonly json: string | undefined
  /** Tables as docs/performance.md shows them. */
  readonly markdown: boolean
}

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'bench'; readonly options: BenchOptions }

/** `known` are the names that exist, in the order in which they run. */
export function parseCommandLine(
  args: readonly string[],
  known: { readonly measures: readonly string[]; readonly systems: readonly string[] },
): Command {
  try {
    const { values } = parseArgs({ args: [...args], options: declared })
    if (values.help === true) return { kind: 'help' }
    const quick = values.quick === true
    return {
      kind: 'bench',
      options: {
        measures: names('--measures', values.measures, known.measures),
        systems: names('--systems', values.systems, known.systems),
        rates: numbers('--rates', values.rates ?? (quick ? '1000' : '1000,2000,3000'), 1, 20_000),
        rounds: number('--rounds', values.rounds ?? (quick ? '1' : '3'), 1, 50),
        seconds: number('--seconds', values.seconds ?? (quick ? '2' : '6'), 1, 600),
        maxMinutes: number('--max-minutes', values['max-minutes'] ?? '40', 1, 600),
        json: values.json,
        markdown: values.markdown === true,
      },
    }
  } catch (error) {
    return { kind: 'refused', reason: (error as Error).message }
  }
}

/** What `--help` prints; `measures` are pairs of name and purpose. */
export function usage(
  measures: readonly (readonly [string, string])[],
  systems: readonly string[],
): string {
  const width = Math.max(...measures.map(([name]) => name.length))
  return [
    'Usage: npm run bench -- [options]',
    '',
    '  --measures <names>     what is measured (default: all), of',
    ...measures.map(([name, what]) => `      ${name.padEnd(width)}  ${what}`),
    `  --systems <names>      of ${systems.join(', ')} (default: all)`,
    '  --rates <numbers>      calls per second (default 1000,2000,3000)',
    '  --rounds <number>      how often everything is measured, 1 to 50 (default 3)',
    '  --seconds <number>     how long one run is measured, 1 to 600 (default 6)',
    '  --quick                one round, two seconds, one rate: whether it works, not how fast it is',
    '  --max-minutes <number> begin nothing that would end later (default 40)',
    '  --json <file>          write all figures there',
    '  --markdown             print the tables of docs/performance.md',
    '  --help',
    '',
  ].join('\n')
}

/** A whole number within bounds; throws with what was found and what is expected. */
export function number(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN
  if (value >= least && value <= most) return value
  throw new Error(`${option}: found "${text}", expected a whole number from ${least} to ${most}`)
}

const declared = {
  measures: { type: 'string' },
  systems: { type: 'string' },
  rates: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  quick: { type: 'boolean' },
  'max-minutes': { type: 'string' },
  json: { type: 'string' },
  markdown: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

function numbers(option: string, text: string, least: number, most: number): readonly number[] {
  return [...new Set(text.split(',').map((each) => number(option, each, least, most)))]
}

/** In the order in which they are known, whatever order they are asked for in. */
function names(
  option: string,
  text: string | undefined,
  known: readonly string[],
): readonly string[] {
  if (text === undefined) return known
  const asked = new Set(text.split(','))
  for (const name of asked) {
    if (known.includes(name)) continue
    throw new Error(`${option}: found "${name}", expected ${known.join(', ')}`)
  }
  return known.filter((name) => asked.has(name))
}
