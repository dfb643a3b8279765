/** `--check`: everything is read and validated, nothing is started. */
import { describeConfig } from './config/describe.js'
import { formatFault } from './config/fault.js'
import { loadConfig } from './config/load.js'

/** Prints the resolved routes and sets, or every fault; the exit status. */
export function check(command: {
  readonly config: string
  readonly overrides: readonly string[]
}): 0 | 2 {
  const loaded = loadConfig(command.config, command.overrides)
  if (loaded.kind === 'faults') {
    process.stderr.write(loaded.faults.map((fault) => `${formatFault(fault)}\n`).join(''))
    return 2
  }
  process.stdout.write(`${command.config} is valid\n${describeConfig(loaded.config)}`)
  return 0
}
