/** What a reload cannot change. */
import { type Log } from '@sipwright/framework'
import { type Config } from './check.js'

const fixedSections = [
  'listen',
  'workers',
  'zones',
  'domains',
  'profile',
  'timers',
  'dns',
  'limits',
  'log',
] as const

/** Names in the log each section that `after` has otherwise than `before` and that needs a restart. */
export function warnOfFixed(before: Config, after: Config, log: Log): void {
  for (const section of fixedSections) {
    if (JSON.stringify(after[section]) !== JSON.stringify(before[section])) {
      log.warn({ section }, 'a change of this section needs a restart')
    }
  }
}
