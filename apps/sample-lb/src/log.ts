/** The log of the process: pino, as JSON for machines or as lines for people. */
import { type Log, logOutput } from '@sipwright/framework'
import { pino } from 'pino'
import { prettyFactory } from 'pino-pretty'
import { type ConfigValues } from './config/schema.js'
import { forMachines, forPeople } from './log-text.js'

/** A log that can be emptied before the process ends. */
export interface ProcessLog extends Log {
  /** Tells each line as JSON, whatever it is written as; the function returned ends it. */
  onLine(listener: (line: string) => void): () => void
  /** Writes the one line that says the balancer serves, whatever the level. */
  ready(listeners: readonly string[]): void
  /** Resolves when what was logged before is written, or nobody reads it; after a second at the latest. */
  flush(): Promise<void>
}

/** `descriptor`: 1 is standard output, 2 standard error. A worker's number stands in every line. */
export function openLog(
  { level, format }: ConfigValues['log'],
  descriptor: 1 | 2,
  worker?: number,
): ProcessLog {
  const base = worker === undefined ? null : { worker }
  const output = logOutput(descriptor)
  const shown = format === 'json' ? forMachines : prettied(descriptor)
  const listeners = new Set<(line: string) => void>()
  const write = (line: string): void => {
    if (listeners.size > 0) for (const listener of listeners) listener(forMachines(line))
    output.write(shown(line))
  }
  const log = pino({ level, base }, { write })
  output.log = log
  return Object.assign(log, {
    onLine: (listener: (line: string) => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    ready: (listen: readonly string[]) => {
      if (format === 'json') log.child({}, { level: 'info' }).info({ listen }, 'ready')
      else output.write(`ready ${listen.join(' ')}\n`)
    },
    flush: () => output.flush(),
  })
}

/** As people read it, in colour on a terminal. */
function prettied(descriptor: 1 | 2): (line: string) => string {
  const { isTTY } = descriptor === 1 ? process.stdout : process.stderr
  const pretty = prettyFactory({
    colorize: isTTY && process.env['NO_COLOR'] === undefined,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true,
  })
  return (line) => pretty(forPeople(line))
}
