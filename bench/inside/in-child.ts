/** Runs a measure in a process of its own, so that none finds the heap or the compiled code of another. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RunningProcess } from '@sipwright/test/system/processes.js'
import { pinned, systemCpu } from '../load/processors.js'

export type Inside = 'selection' | 'parse' | 'timers' | 'transactions' | 'connections'

const main = join(dirname(fileURLToPath(import.meta.url)), 'main.js')
/** No measure takes so long. */
const limitMs = 300_000

/** What the measure returns; throws with its output when it fails. The caller knows its type by its name. */
export async function inChild(inside: Inside, options: object): Promise<unknown> {
  const args = ['--expose-gc', '--max-old-space-size=8192', main, inside, JSON.stringify(options)]
  const child = new RunningProcess(...pinned(systemCpu, process.execPath, args))
  await child.printed(/^result .*\n/m, limitMs)
  await child.exited
  return JSON.parse(/^result (.*)$/m.exec(child.output)?.[1] ?? 'null')
}
