/** The default log: pino, one JSON object per line, to standard output. */
import { pino } from 'pino'
import { type Log } from '../environment.js'
import { logOutput } from './log-output.js'

/** Apps with their own settings hand in their own pino. */
export function systemLog(): Log {
  const output = logOutput(1)
  const log = pino({ level: 'info' }, output)
  output.log = log
  return log
}
