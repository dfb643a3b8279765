/** What figures depend on: every report names it. */
import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly node: string
  readonly kernel: string
  /** Undefined: not installed. */
  readonly kamailio: string | undefined
  readonly sipp: string | undefined
  /** As `2026-01-31`. */
  readonly date: string
  /** Short, with `+` when files differ from it; undefined outside a repository. */
  readonly commit: string | undefined
}

export function thisMachine(now = new Date()): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown processor',
    cores: availableParallelism(),
    node: process.versions.node,
    kernel: output('uname', ['-sr']) ?? process.platform,
    kamailio: /kamailio (\S+)/.exec(output('kamailio', ['-v']) ?? '')?.[1],
    sipp: /SIPp v([\d.]+\d)/.exec(output('sipp', ['-v']) ?? '')?.[1],
    date: now.toISOString().slice(0, 10),
    commit: commit(),
  }
}

/** In one line. */
export function formatMachine(machine: Machine): string {
  const { processor, cores, node, kernel, kamailio, sipp, date, commit } = machine
  return [
    `${processor}, ${cores} ${cores === 1 ? 'core' : 'cores'}`,
    kernel,
    `Node ${node}`,
    kamailio === undefined ? 'no Kamailio' : `Kamailio ${kamailio}`,
    sipp === undefined ? 'no SIPp' : `SIPp ${sipp}`,
    date,
    commit === undefined ? 'no commit' : `commit ${commit}`,
  ].join(' · ')
}

function commit(): string | undefined {
  const here = dirname(fileURLToPath(import.meta.url))
  const git = (...args: string[]): string | undefined => output('git', ['-C', join(here), ...args])
  const name = git('rev-parse', '--short', 'HEAD')
  if (name === undefined) return undefined
  return git('status', '--porcelain', '--untracked-files=no') === '' ? name : `${name}+`
}

/** What it printed; undefined if it cannot be run. Some say their version and end with a status of their own. */
function output(command: string, args: readonly string[]): string | undefined {
  const { stdout, error, status } = spawnSync(command, args, { encoding: 'utf8', timeout: 10_000 })
  if (error !== undefined || (status !== 0 && stdout === '')) return undefined
  return stdout.trim()
}
