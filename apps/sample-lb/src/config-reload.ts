/** The file read again because an operator asks over HTTP: what would change, or that it does. */
import { type ConfigReload } from '@sipwright/plugin-admin'
import { formatDifference, type SetsDifference } from '@sipwright/plugin-dispatcher'
import { type Config } from './config/check.js'
import { formatFault } from './config/fault.js'
import { changedFixed } from './config/fixed-sections.js'
import { loadConfig } from './config/load.js'

/** How a process reloads: the balancer alone, or by telling the supervisor of all workers. */
export interface ReloadSource {
  /** Where the file is, and what the command line says instead. */
  readonly path: string
  readonly overrides: readonly string[]
  /** True: it is applied. False: it is on its way. Rejects with what was refused. */
  readonly apply: () => Promise<boolean>
}

/** What the running balancer says of a configuration that it has not. */
export interface Running {
  readonly config: Config
  difference(config: Config): Promise<SetsDifference>
}

/** With `dryRun` nothing is changed; nor is anything by a file that has a fault. */
export async function reloadConfig(
  { path, overrides, apply }: ReloadSource,
  running: Running,
  dryRun: boolean,
): Promise<ConfigReload> {
  const loaded = loadConfig(path, overrides)
  if (loaded.kind === 'faults') {
    return { ...nothing, faults: loaded.faults.map(formatFault) }
  }
  const lines = formatDifference(await running.difference(loaded.config))
  const restart = changedFixed(running.config, loaded.config)
  return { faults: [], lines, restart, applied: dryRun ? false : await apply() }
}

const nothing: ConfigReload = { faults: [], lines: [], restart: [], applied: false }
