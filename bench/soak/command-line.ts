/** The command line of `npm run soak`. */
import { parseArgs } from 'node:util'
import { number } from '../command-line.js'

export interface SoakOptions {
  readonly minutes: number
  /** The share of the capacity that is asked for. */
  readonly load: number
  /** Calls per second that the system carries; undefined: it is measured first. */
  readonly capacity: number | undefined
  readonly warmUpMinutes: number
  readonly workers: number
  /** Calls in all, at most. */
  readonly maxCalls: number
  readonly json: string | undefined
}

export type SoakCommand =
  | { readonly kind: 'help' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'soak'; readonly options: SoakOptions }

export const soakUsage = `Usage: npm run soak -- [options]

  --minutes <number>     how long it runs, 2 to 1440 (default 30)
  --load <share>         of the capacity, 0.01 to 1 (default 0.6)
  --capacity <number>    calls per second that it carries (default: measured first)
  --warm-up <number>     minutes that do not count (default: a fifth, 1 to 5)
  --workers <number>     1 to 64 (default 1)
  --max-calls <number>   calls in all, at most (default 20000000)
  --json <file>          write all samples there
  --help
`

export function parseSoakCommandLine(args: readonly string[]): SoakCommand {
  try {
    const { values } = parseArgs({ args: [...args], options: declared })
    if (values.help === true) return { kind: 'help' }
    const minutes = number('--minutes', values.minutes ?? '30', 2, 1_440)
    const warmUp = values['warm-up']
    return {
      kind: 'soak',
      options: {
        minutes,
        load: share(values.load ?? '0.6'),
        capacity:
          values.capacity === undefined
            ? undefined
            : number('--capacity', values.capacity, 1, 100_000),
        warmUpMinutes:
          warmUp === undefined
            ? Math.min(5, Math.max(1, minutes / 5))
            : number('--warm-up', warmUp, 0, minutes - 1),
        workers: number('--workers', values.workers ?? '1', 1, 64),
        maxCalls: number('--max-calls', values['max-calls'] ?? '20000000', 1, 999_999_999),
        json: values.json,
      },
    }
  } catch (error) {
    return { kind: 'refused', reason: (error as Error).message }
  }
}

const declared = {
  minutes: { type: 'string' },
  load: { type: 'string' },
  capacity: { type: 'string' },
  'warm-up': { type: 'string' },
  workers: { type: 'string' },
  'max-calls': { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean' },
} as const

function share(text: string): number {
  const value = /^(?:0?\.\d{1,4}|0\.\d{1,4}|1(?:\.0+)?)$/.test(text) ? Number(text) : NaN
  if (value >= 0.01 && value <= 1) return value
  throw new Error(`--load: found "${text}", expected a share from 0.01 to 1`)
}
