/** The default log: pino, one JSON object per line, to standard output. */
import { pino } from 'pino'
import { type Log } from '../environment.js'
import { logOutput } from './log-output.js'

/** Apps with their own settings hand in their own pino. */
export function systemLog(): Log {
  const output = logOutput(1)
  const log = pino({ level: 'info' }, output)
  output.onLost = (lines) => tellLost(log, lines)
  return log
}

/** Says in the log itself that lines of it are missing. */
export function tellLost(log: Log, lines: number): void {
  log.warn({ lines }, 'lines of the log were lost: they were not read in time')
}
