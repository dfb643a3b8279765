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
  'tls',
  'webSocket',
  'topologyHiding',
  'admin',
  'log',
] as const

/** Of the dispatcher's section, which is applied as a whole otherwise. */
const fixedDispatcherSections = ['load', 'retryBudget'] as const

/** Names in the log each section that `after` has otherwise than `before` and that needs a restart. */
export function warnOfFixed(before: Config, after: Config, log: Log): void {
  const warnIfChanged = (section: string, old: unknown, now: unknown): void => {
    if (JSON.stringify(now) === JSON.stringify(old)) return
    log.warn({ section }, 'a change of this section needs a restart')
  }
  for (const section of fixedSections) warnIfChanged(section, before[section], after[section])
  for (const section of fixedDispatcherSections) {
    const [old, now] = [before.dispatcher[section], after.dispatcher[section]]
    warnIfChanged(`dispatcher.${section}`, old, now)
  }
}
