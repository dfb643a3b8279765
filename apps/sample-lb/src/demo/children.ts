/** The demo's processes: started, listened to, and gone when the demo is. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { freePort } from './ports.js'

const attempts = 5

/** A far end with the port on which it listens. */
export interface FarEndProcess {
  readonly child: ChildProcess
  readonly port: number
}

/** Starts a far end on its usual port, or on one that is free; `argsOf` has the port among its arguments. */
export async function startOnFreePort(
  file: string,
  usual: number,
  argsOf: (port: number) => readonly string[],
): Promise<FarEndProcess> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = await freePort(usual)
    const child = await startListening(file, argsOf(port))
    if (child !== undefined) return { child, port }
  }
  throw new Error(`${file} finds no free port: ${String(usual)} and others were taken as it came`)
}

/** Undefined if the process went away before it listened: another one took its port. */
export async function startListening(
  file: string,
  args: readonly string[],
): Promise<ChildProcess | undefined> {
  const child = startChild(file, args)
  const listens = await new Promise<boolean>((resolve) => {
    child.once('message', () => resolve(true))
    child.once('exit', () => resolve(false))
  })
  return listens ? child : undefined
}

/** Runs a file of this folder. Its output goes to standard error: standard output is the demo's own. */
function startChild(file: string, args: readonly string[]): ChildProcess {
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
