/** A worker's process: `fork` with the descriptors of its sockets. */
import { fork } from 'node:child_process'
import { type Envelope, isEnvelope, type Order, type Report, type Seat } from './messages.js'
import { type WorkerEvents, type WorkerProcess } from './supervisor.js'
import { workerVariable } from './worker.js'

export interface LaunchOptions {
  /** The module that calls `joinWorkers`. */
  readonly entry: string
  readonly args: readonly string[]
  /** Descriptors of this process; the worker has them from `firstDescriptor` on. */
  readonly descriptors: readonly number[]
  /** Made when the worker asks for it: what a reload has changed is in it. */
  readonly seat: () => Seat
}

/** The number that the first inherited descriptor has in a worker: behind the standard three and the channel. */
export const firstDescriptor = 4

export function launchWorker(
  index: number,
  { entry, args, descriptors, seat }: LaunchOptions,
  events: WorkerEvents,
): WorkerProcess {
  const child = fork(entry, [...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...descriptors],
    env: { ...process.env, [workerVariable]: String(index) },
  })
  let over = false
  const ended = (how: string, well: boolean): void => {
    if (over) return
    over = true
    events.ended(how, well)
  }
  const order: WorkerProcess['order'] = (message, socket) => {
    const envelope: Envelope<Order> = { sipwright: message }
    if (!child.connected) return void socket?.destroy()
    child.send(envelope, socket, { keepOpen: false }, (error) => {
      if (error !== null) socket?.destroy()
    })
  }
  child.on('message', (value) => {
    if (!isEnvelope(value)) return
    const report = value.sipwright as Report
    if (report.kind === 'here') order(seat())
    events.report(report)
  })
  child.on('error', (error) => {
    if (child.pid === undefined) ended(error.message, false)
  })
  child.once('exit', (code, signal) => {
    ended(signal === null ? `status ${code ?? 'unknown'}` : signal, code === 0)
  })
  return { pid: child.pid, order, kill: () => void child.kill('SIGKILL') }
}
