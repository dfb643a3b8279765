/** Runs a verb: its answer goes to standard output, its error is one line, and its exit status is for scripts. */
import { type ErrorCode, SipError } from '@sipwright/framework'
import { connect, type ConnectionOptions } from './connection.js'
import { type EdgeClient } from './edge-client.js'
import { printable } from './terminal.js'

/** What `--help` says of it. */
export const exitStatuses = `
Exit status: 0 done, 1 the edge said no or it took too long, 2 the command line is at fault,
3 the edge is not reached or does not let us.`

/** What a verb answers: for machines, and for people. */
export interface Said {
  readonly value: unknown
  readonly text: string
  /** Default 0. */
  readonly status?: 0 | 1
}

/** Asks the edge and prints what it said. Nothing said: the verb has printed what there is. */
export async function act(
  options: ConnectionOptions,
  run: (edge: EdgeClient) => Promise<Said | undefined>,
): Promise<void> {
  await guarded(async () => {
    const said = await run(connect(options))
    if (said === undefined) return 0
    const text = options.json === true ? `${JSON.stringify(said.value, null, 2)}\n` : said.text
    await print(text)
    return said.status ?? 0
  })
}

/** Sets the exit status to what `run` answers, or by its error. */
export async function guarded(run: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await run()
  } catch (error) {
    if (!(error instanceof SipError)) throw error
    process.stderr.write(`${printable(error.message.replaceAll('\n', ' '))}\n`)
    process.exitCode = statuses.get(error.code) ?? 2
  }
}

/** Settles when standard output has it; a reader that has gone (`| head`) is no fault. */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()))
}

/** One line that tells what was done. */
export function done(value: unknown, text: string): Said {
  return { value: value ?? null, text: `${printable(text)}\n` }
}

/** The signal that ends what follows events: Ctrl-C is the usual end of it, and no fault. */
export function untilInterrupted(): AbortSignal {
  const ended = new AbortController()
  const end = (): void => ended.abort()
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  process.stdout.once('error', end)
  return ended.signal
}

const statuses: ReadonlyMap<ErrorCode, number> = new Map([
  ['SIPW_ERR_COMMAND_REFUSED', 1],
  ['SIPW_ERR_COMMAND_LATE', 1],
  ['SIPW_ERR_COMMAND_USAGE', 2],
  ['SIPW_ERR_COMMAND_FORBIDDEN', 3],
  ['SIPW_ERR_COMMAND_UNREACHABLE', 3],
])
