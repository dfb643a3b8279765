/** Who runs where: the system under test on one processor, what loads it on another. */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

/** Whether processes can be kept apart: `taskset` and two processors. */
export const canPin = availableParallelism() > 1 && exists('taskset')

/** The processor of the system under test; undefined where it cannot be pinned. */
export const systemCpu = canPin ? 0 : undefined
/** The processor of the load; undefined where it cannot be pinned. */
export const loadCpu = canPin ? 1 : undefined

/** The command that runs `command` on that processor alone; undefined: on any. */
export function pinned(
  cpu: number | undefined,
  command: string,
  args: readonly string[],
): [command: string, args: string[]] {
  if (cpu === undefined) return [command, [...args]]
  return ['taskset', ['-c', String(cpu), command, ...args]]
}

/** Whether the shell finds the command. */
export function exists(command: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$0"', command], { stdio: 'ignore' }).status === 0
}
