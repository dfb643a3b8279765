/** The default log: pino, one JSON object per line, to standard output. */
import { pino } from 'pino'
import { type Log } from '../environment.js'

/** Apps with their own settings hand in their own pino. */
export function systemLog(): Log {
  return pino({ level: 'info' })
}
