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

/** The sections that `after` has otherwise than `before` and that need a restart. */
export function changedFixed(before: Config, after: Config): readonly string[] {
  const differs = (old: unknown, now: unknown): boolean =>
    JSON.stringify(now) !== JSON.stringify(old)
  return [
    ...fixedSections.filter((section) => differs(before[section], after[section])),
    ...fixedDispatcherSections
      .filter((section) => differs(before.dispatcher[section], after.dispatcher[section]))
      .map((section) => `dispatcher.${section}`),
  ]
}

/** Names in the log each section of `changedFixed`. */
export function warnOfFixed(before: Config, after: Config, log: Log): void {
  for (const section of changedFixed(before, after)) {
    log.warn({ section }, 'a change of this section needs a restart')
  }
}
