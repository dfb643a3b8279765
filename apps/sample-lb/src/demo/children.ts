/** The demo's processes: started, listened to, and gone when the demo is. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Runs a file of this folder. Its output goes to standard error: standard output is the demo's own. */
export function startChild(file: string, args: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url))
  return fork(path, [...args], { stdio: ['ignore', 2, 2, 'ipc'], execArgv: [] })
}

/** Settles when the process is gone. */
export function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => child.once('exit', () => resolve()))
}

/** Lets the process end by itself, which it does without its parent; after a second it is killed. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.connected) child.disconnect()
  const timer = setTimeout(() => child.kill('SIGKILL'), 1_000)
  await gone(child)
  clearTimeout(timer)
}
