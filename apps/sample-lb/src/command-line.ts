/** The command line: what was asked for, or one line that says why it was not understood. */
import { parseArgs } from 'node:util'
import { expectedDuration, parseDuration } from './config/duration.js'
import { reasonOf } from './config/fault.js'
import { type ConfigSource } from './serve.js'

export type Command =
  | { readonly kind: 'help' | 'version' | 'schema' }
  /** Runs the balancer of a configuration file. */
  | ServeCommand
  /** Validates the file and all it points to; starts nothing. */
  | { readonly kind: 'check'; readonly config: string; readonly overrides: readonly string[] }
  | DemoCommand
  /** Not understood: exit status 2. */
  | { readonly kind: 'refused'; readonly reason: string }

export interface ServeCommand extends ConfigSource {
  readonly kind: 'serve'
}

export interface DemoCommand {
  readonly kind: 'demo'
  /** New calls per second. */
  readonly cps: number
  /** Undefined: until it is interrupted. */
  readonly durationMs: number | undefined
  /** No log and no status lines: the result only. */
  readonly headless: boolean
  /** The result as one JSON object, alone on standard output. */
  readonly json: boolean
  readonly overrides: readonly string[]
}

/** What `--help` prints. */
export const usage = `Usage: sipwright-lb [options]

Without --config a demo runs: a balancer, three backends and callers on 127.0.0.1.

  --config <file>      run the balancer of this configuration
  --check              validate the configuration and what it points to; start nothing
  --set <key=value>    override one value of the configuration; may be repeated
  --no-watch           read the configuration again on SIGHUP or by the API only, not when it is written
  --schema             print the JSON Schema of the configuration

Demo:
  --cps <number>       new calls per second (default 5)
  --duration <time>    end after so long, such as 20s (default: when interrupted)
  --headless           no log, only the result
  --json               the result as one JSON object on the last line

  --help, --version

Signals: SIGHUP reloads; SIGTERM and SIGINT end it when the calls in progress are over, a second one at once.
Exit status: 0 ended well, 1 failed, 2 not started for a fault in command line or configuration.
`

const options = {
  config: { type: 'string' },
  check: { type: 'boolean' },
  set: { type: 'string', multiple: true },
  'no-watch': { type: 'boolean' },
  schema: { type: 'boolean' },
  cps: { type: 'string' },
  duration: { type: 'string' },
  headless: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

/** `args` are those behind the name of the program. */
export function parseCommandLine(args: readonly string[]): Command {
  let values: ReturnType<typeof parse>
  try {
    values = parse(args)
  } catch (error) {
    return refused(firstSentence(error))
  }
  if (values.help) return { kind: 'help' }
  if (values.version) return { kind: 'version' }
  if (values.schema) return { kind: 'schema' }
  const overrides = values.set ?? []
  if (values.config !== undefined) {
    const stray = (['cps', 'duration', 'headless', 'json'] as const).find((name) => values[name])
    if (stray !== undefined)
      return refused(`--${stray} is for the demo, which runs without --config`)
    const { config, check, 'no-watch': noWatch = false } = values
    return check
      ? { kind: 'check', config, overrides }
      : { kind: 'serve', config, overrides, watch: !noWatch }
  }
  if (values.check) return refused('--check needs --config <file>')
  if (values['no-watch']) return refused('--no-watch needs --config <file>')
  const cps = parseRate(values.cps ?? '5')
  if (cps === undefined) {
    return refused(`--cps: found "${values.cps ?? ''}", expected a number from 0.1 to 1000`)
  }
  const durationMs = values.duration === undefined ? undefined : parseDuration(values.duration)
  if (values.duration !== undefined && (durationMs === undefined || durationMs === 0)) {
    return refused(`--duration: found "${values.duration}", expected ${expectedDuration}`)
  }
  const { headless = false, json = false } = values
  return { kind: 'demo', cps, durationMs, headless, json, overrides }
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values
}

function refused(reason: string): Command {
  return { kind: 'refused', reason }
}

function parseRate(text: string): number | undefined {
  if (!/^\d{1,4}(?:\.\d{1,3})?$/.test(text)) return undefined
  const rate = Number(text)
  return rate >= 0.1 && rate <= 1_000 ? rate : undefined
}

/** Node's own texts go on with advice on positional arguments, which there are none of. */
function firstSentence(error: unknown): string {
  const text = reasonOf(error)
  return text.split(/\. |\n/, 1)[0] ?? text
}
