/** The log of the process: pino, as JSON for machines or as lines for people. */
import { type Log } from '@sipwright/framework'
import { pino } from 'pino'
import { build as pretty } from 'pino-pretty'
import { type ConfigValues } from './config/schema.js'
import { forMachines, forPeople } from './log-text.js'

/** A log that can be emptied before the process ends. */
export interface ProcessLog extends Log {
  /** Tells each line as JSON, whatever it is written as; the function returned ends it. */
  onLine(listener: (line: string) => void): () => void
  /** Writes the one line that says the balancer serves, whatever the level. */
  ready(listeners: readonly string[]): void
  /** Resolves when what was logged before is written, or nobody reads it. */
  flush(): Promise<void>
}

/** Standard output that nobody reads up to is waited for so long. */
const flushMs = 1_000

/** `descriptor`: 1 is standard output, 2 standard error. A worker's number stands in every line. */
export function openLog(
  { level, format }: ConfigValues['log'],
  descriptor: 1 | 2,
  worker?: number,
): ProcessLog {
  const base = worker === undefined ? null : { worker }
  const listeners = new Set<(line: string) => void>()
  const onLine = (listener: (line: string) => void): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const told = (line: string): string => {
    if (listeners.size > 0) for (const listener of listeners) listener(forMachines(line))
    return line
  }
  if (format === 'json') {
    const destination = pino.destination({ dest: descriptor, sync: false })
    const log = pino(
      { level, base, hooks: { streamWrite: (line) => forMachines(told(line)) } },
      destination,
    )
    return Object.assign(log, {
      onLine,
      ready: (listen: readonly string[]) =>
        log.child({}, { level: 'info' }).info({ listen }, 'ready'),
      flush: () => written(destination),
    })
  }
  const stream = descriptor === 1 ? process.stdout : process.stderr
  const destination = pretty({
    colorize: stream.isTTY && process.env['NO_COLOR'] === undefined,
    destination: descriptor,
    sync: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  })
  const log = pino(
    { level, base, hooks: { streamWrite: (line) => forPeople(told(line)) } },
    destination,
  )
  return Object.assign(log, {
    onLine,
    ready: (listen: readonly string[]) => void stream.write(`ready ${listen.join(' ')}\n`),
    flush: () => Promise.resolve(),
  })
}

/** Not its flushSync: that tries for ever when the reader of a pipe has gone. */
async function written(destination: ReturnType<typeof pino.destination>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, flushMs)
    destination.once('drain', () => resolve())
    destination.once('error', () => resolve())
  })
  clearTimeout(timer)
}
