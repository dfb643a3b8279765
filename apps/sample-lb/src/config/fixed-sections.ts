/** What a reload cannot change. */
import { type Log } from '@sipwright/framework'
import { type Config } from './check.js'

const fixedSections = [
  'listen',
  'workers',
  'supervised',
  'zones',
  'domains',
  'profile',
  'secret',
  'timers',
  'dns',
  'limits',
  'tls',
  'webSocket',
  'topologyHiding',
  'admin',
  'trace',
  'hep',
  'callRecords',
  'log',
] as const

/** Of the dispatcher's section, which is applied as a whole otherwise. */
const fixedDispatcherSections = ['load', 'retryBudget'] as const

/** Of the section `auth`: users and who is trusted are applied, what is asked for is not. */
const fixedAuthSections = [
  ...(['realm', 'domain', 'methods', 'inDialog', 'mode', 'algorithms', 'authInt'] as const),
  ...(['nonceLifetime', 'bindAddress', 'uri', 'ownNameOnly'] as const),
] as const

/** The sections that `after` has otherwise than `before` and that need a restart. */
export function changedFixed(before: Config, after: Config): readonly string[] {
  const differs = (old: unknown, now: unknown): boolean =>
    JSON.stringify(now) !== JSON.stringify(old)
  return [
    ...fixedSections.filter((section) => differs(before[section], after[section])),
    ...fixedDispatcherSections
      .filter((section) => differs(before.dispatcher[section], after.dispatcher[section]))
      .map((section) => `dispatcher.${section}`),
    ...fixedAuthSections
      .filter((section) => differs(before.auth?.[section], after.auth?.[section]))
      .map((section) => `auth.${section}`),
    ...(differs(before.acl.action, after.acl.action) ? ['acl.action'] : []),
  ]
}

/** Names in the log each section of `changedFixed`. */
export function warnOfFixed(before: Config, after: Config, log: Log): void {
  for (const section of changedFixed(before, after)) {
    log.warn({ section }, 'a change of this section needs a restart')
  }
}
