/** The three backends of the demo, one of which dies and comes back. */
import { type ChildProcess } from 'node:child_process'
import { endChild, gone, startListening, startOnFreePort } from './children.js'
import { type BusyMessage, type CrashMessage } from './messages.js'

export interface DemoBackend {
  readonly name: string
  readonly port: number
}

const usual = [
  { name: 'fs1', port: 5071 },
  { name: 'fs2', port: 5072 },
  { name: 'fs3', port: 5073 },
]
/** The names of all backends. */
export const backendNames: readonly string[] = usual.map(({ name }) => name)

interface Running {
  readonly name: string
  port: number
  /** Undefined while it is away. */
  child: ChildProcess | undefined
}

export class Backends {
  readonly #all: readonly Running[]
  readonly #died: (name: string, at: number) => void
  #ending = false

  /** `died` is told when a backend's process is gone, with the system's time. */
  constructor(died: (name: string, at: number) => void) {
    this.#died = died
    this.#all = usual.map((backend) => ({ ...backend, child: undefined }))
  }

  get all(): readonly DemoBackend[] {
    return this.#all
  }

  /** Starts all of them on ports that are free. */
  async start(): Promise<void> {
    for (const backend of this.#all) {
      const { name, port: usualPort } = backend
      const argsOf = (port: number) => [name, String(port)]
      const { child, port } = await startOnFreePort('backend.js', usualPort, argsOf)
      backend.port = port
      await this.#keep(backend, child)
    }
  }

  /** The process hangs for a moment and dies; settles when it is gone. */
  async crash(name: string): Promise<void> {
    const { child } = this.#find(name)
    const message: CrashMessage = { kind: 'crash' }
    if (child === undefined || !child.connected) return
    child.send(message, () => undefined)
    await gone(child)
  }

  /** Starts it again on its old port, unless it is still there. */
  async revive(name: string): Promise<void> {
    const backend = this.#find(name)
    if (backend.child !== undefined || this.#ending) return
    const child = await startListening('backend.js', [name, String(backend.port)])
    if (child !== undefined) await this.#keep(backend, child)
  }

  /** From now on it answers 503 to whatever is new, or no more. */
  setBusy(name: string, busy: boolean): void {
    const { child } = this.#find(name)
    const message: BusyMessage = { kind: 'busy', busy }
    if (child?.connected === true) child.send(message, () => undefined)
  }

  isUp(name: string): boolean {
    return this.#find(name).child !== undefined
  }

  async end(): Promise<void> {
    this.#ending = true
    const children = this.#all.map(({ child }) => child).filter((child) => child !== undefined)
    await Promise.all(children.map(endChild))
  }

  /** Until it dies, or all end; one that has come too late ends at once. */
  async #keep(backend: Running, child: ChildProcess): Promise<void> {
    if (this.#ending) return endChild(child)
    backend.child = child
    child.once('exit', () => {
      backend.child = undefined
      if (!this.#ending) this.#died(backend.name, Date.now())
    })
  }

  #find(name: string): Running {
    const backend = this.#all.find((other) => other.name === name)
    if (backend === undefined) throw new Error(`there is no backend ${name}`)
    return backend
  }
}
